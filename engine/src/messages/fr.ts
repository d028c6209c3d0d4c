import type { Messages } from './en.ts'

export const fr: Messages = {
  problems: {
    validation_failed: { title: 'La demande contient une erreur', detail: 'Corrigez ce qui est indiqué et réessayez.' },
    unauthenticated: { title: 'Vous n’êtes pas connecté', detail: 'Connectez-vous et réessayez.' },
    invalid_credentials: { title: 'Connexion refusée', detail: 'L’adresse e-mail ou le mot de passe est incorrect.' },
    invalid_token: { title: 'Cette session n’est pas reconnue', detail: 'Reconnectez-vous.' },
    session_ended: { title: 'Votre session est terminée', detail: 'Reconnectez-vous.' },
    proof_required: {
      title: 'Une preuve de cet appareil est nécessaire',
      detail: 'Réessayez depuis le navigateur avec lequel vous vous êtes connecté.',
    },
    csrf_failed: {
      title: 'La demande n’a pas pu être rattachée à cette page',
      detail: 'Rechargez la page et réessayez.',
    },
    origin_refused: { title: 'La demande vient d’un autre site', detail: 'Allez sur le site lui-même et réessayez.' },
    permission_denied: {
      title: 'Vous n’avez pas le droit de faire cela',
      detail: 'Demandez à un administrateur si vous en avez besoin.',
    },
    reauthentication_required: {
      title: 'Reconnectez-vous d’abord',
      detail: 'Cette action demande une connexion récente.',
    },
    challenge_required: { title: 'Le navigateur doit prouver sa clé', detail: 'Il le fait de lui-même.' },
    not_found: { title: 'Introuvable', detail: 'Il n’y a rien ici.' },
    method_not_allowed: {
      title: 'Cela ne peut pas se faire ici',
      detail: 'L’adresse existe, mais pas pour cette méthode.',
    },
    request_timeout: { title: 'La demande a mis trop de temps à arriver', detail: 'Réessayez.' },
    stale_token: {
      title: 'Ce navigateur a un jeton plus récent',
      detail: 'Redemandez avec celui qu’il détient maintenant.',
    },
    email_taken: {
      title: 'Cette adresse e-mail a déjà un compte',
      detail: 'Connectez-vous ou choisissez une autre adresse.',
    },
    link_expired: {
      title: 'Ce lien n’est plus valable',
      detail: 'Il a déjà servi ou il est trop ancien. Demandez-en un nouveau.',
    },
    payload_too_large: { title: 'La demande est trop volumineuse', detail: 'Envoyez-en moins à la fois.' },
    unsupported_media_type: {
      title: 'La demande n’a pas la bonne forme',
      detail: 'Envoyez du JSON, en application/json.',
    },
    rate_limited: { title: 'Trop de tentatives', detail: 'Trop de tentatives. Réessayez dans {{wait}}.' },
    internal_error: {
      title: 'Une erreur s’est produite chez nous',
      detail: 'Elle a été enregistrée. Si elle se répète, indiquez-nous le numéro de cette demande : {{requestId}}.',
    },
    unavailable: {
      title: 'Indisponible pour le moment',
      detail: 'Vous êtes toujours connecté. Réessayez dans quelques secondes.',
    },
  },
  keyRequired:
    'Ici, la connexion demande un navigateur qui garde sa propre clé. Autorisez ce site à stocker des données, ou changez de navigateur.',
  rateLimitedSignIn: 'Trop de tentatives de connexion. Réessayez dans {{wait}}.',
  closedSignIn:
    'Trop de tentatives de connexion : ce compte est fermé aux nouveaux appareils. Connectez-vous depuis un navigateur déjà utilisé, ou demandez à un administrateur.',
  wait: {
    seconds_one: '{{count}} seconde',
    seconds_other: '{{count}} secondes',
    minutes_one: '{{count}} minute',
    minutes_other: '{{count}} minutes',
    hours_one: '{{count}} heure',
    hours_other: '{{count}} heures',
  },
  fields: {
    required: 'Ce champ est nécessaire.',
    wrong_type: 'Ce champ n’a pas le bon type.',
    unknown: 'Ce champ n’est pas connu ici.',
    too_short: 'Au moins {{minimum}} caractères.',
    too_long: 'Au plus {{maximum}} caractères.',
    invalid: 'Ce champ n’a pas la bonne forme.',
    invalid_email: 'Ce n’est pas une adresse e-mail.',
    not_one_of: 'L’une de ces valeurs : {{values}}.',
    not_json: 'Ce n’est pas du JSON.',
    not_utf8: 'Ce n’est pas du texte UTF-8.',
    password_too_short: 'Au moins {{minimum}} caractères.',
    password_too_long: 'Au plus {{maximum}} caractères.',
    password_common: 'Ce mot de passe est parmi les plus utilisés : il serait deviné aussitôt.',
    password_own_words: 'Ce mot de passe n’est guère plus qu’un mot lié à vous ou à ce site : il serait deviné.',
    password_breached: 'Ce mot de passe est connu par une fuite de données. Choisissez-en un autre.',
    password_unchanged: 'C’est votre mot de passe actuel. Choisissez-en un autre.',
    password_not_text: 'Ce mot de passe contient des caractères qui ne peuvent pas être saisis.',
  },
  mail: {
    footer: '{{name}} vous écrit parce que cette adresse a été indiquée sur {{site}}.',
    facts: { when: 'Quand', device: 'Appareil', address: 'Adresse' },
    verify_email: {
      subject: 'Confirmez votre adresse e-mail pour {{name}}',
      title: 'Confirmez votre adresse e-mail',
      lead: 'Plus qu’une étape, et votre compte est prêt. Il vous faut le mot de passe que vous avez choisi.',
      action: 'Confirmer mon adresse',
      note: 'Le lien est valable 24 heures, une seule fois. Si vous ne vous êtes pas inscrit, ne faites rien : aucun compte ne sera ouvert.',
    },
    account_exists: {
      subject: 'Vous avez déjà un compte sur {{name}}',
      title: 'Vous avez déjà un compte',
      lead: 'Quelqu’un, sans doute vous, a voulu s’inscrire avec cette adresse, qui a déjà un compte.',
      action: 'Se connecter',
      note: 'Si vous avez oublié votre mot de passe, ou n’avez jamais confirmé votre adresse, choisissez un nouveau mot de passe depuis la page de connexion. Si ce n’était pas vous, ne faites rien.',
    },
    reset_password: {
      subject: 'Un nouveau mot de passe pour {{name}}',
      title: 'Choisissez un nouveau mot de passe',
      lead: 'Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour cette adresse.',
      action: 'Choisir un nouveau mot de passe',
      note: 'Le lien est valable une heure, une seule fois. Si ce n’était pas vous, ne faites rien : votre mot de passe ne change pas.',
    },
    password_changed: {
      subject: 'Votre mot de passe sur {{name}} a été changé',
      title: 'Votre mot de passe a été changé',
      lead: 'Vous avez été déconnecté partout ailleurs. Connectez-vous avec le nouveau mot de passe.',
      action: 'Ce n’était pas moi : choisir un nouveau mot de passe',
      note: 'Si c’était vous, il n’y a rien à faire.',
    },
  },
  continue: {
    title: 'Un instant',
    waiting: 'Nous vous ramenons où vous étiez…',
    unavailable: 'Le site est indisponible pour le moment. Vous êtes toujours connecté.',
    again: 'Réessayer',
    noScript: 'JavaScript est nécessaire pour continuer.',
    signIn: 'Se connecter',
  },
}
