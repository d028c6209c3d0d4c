import type { Messages } from './en.ts'

export const fr: Messages = {
  problems: {
    validation_failed: { title: 'La demande contient une erreur', detail: 'Corrigez ce qui est indiqué et réessayez.' },
    unauthenticated: { title: 'Vous n’êtes pas connecté', detail: 'Connectez-vous et réessayez.' },
    invalid_credentials: { title: 'Connexion refusée', detail: 'L’adresse e-mail ou le mot de passe est incorrect.' },
    invalid_code: {
      title: 'Ce code n’est pas le bon',
      detail: 'Regardez le code à nouveau : chacun sert une seule fois, peu de temps.',
    },
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
    sign_up_closed: {
      title: 'Les inscriptions sont fermées ici',
      detail: 'Demandez un compte à un administrateur.',
    },
    email_missing: {
      title: 'Le fournisseur n’a pas donné d’adresse e-mail',
      detail: 'Un compte en demande une. Autorisez le fournisseur à la communiquer, ou connectez-vous autrement.',
    },
    email_unverified: {
      title: 'Le fournisseur ne garantit pas cette adresse e-mail',
      detail: 'Confirmez votre adresse chez le fournisseur, puis réessayez.',
    },
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
    account_exists: {
      title: 'Cette adresse e-mail est déjà celle d’un compte',
      detail: 'Connectez-vous comme auparavant, puis reliez le fournisseur depuis votre compte.',
    },
    other_account: {
      title: 'Quelqu’un d’autre s’est connecté',
      detail: 'Le compte chez le fournisseur n’est pas celui de ce compte d’ici. Rien n’a changé.',
    },
    already_linked: {
      title: 'Déjà relié à un autre compte',
      detail: 'Ce compte chez le fournisseur est relié à un autre compte d’ici.',
    },
    last_way_in: {
      title: 'C’est votre seul moyen de vous connecter',
      detail: 'Choisissez un mot de passe, ajoutez une clé d’accès ou liez un autre compte avant de le retirer.',
    },
    name_taken: {
      title: 'Ce nom est déjà pris',
      detail: 'Il en existe déjà un de ce nom, ou il y en a autant que possible.',
    },
    link_expired: {
      title: 'Ce lien n’est plus valable',
      detail: 'Il a déjà servi ou il est trop ancien. Demandez-en un nouveau.',
    },
    sign_in_expired: {
      title: 'Cette connexion n’est plus valable',
      detail: 'Elle a pris trop de temps, a déjà servi ou a commencé dans un autre navigateur. Recommencez.',
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
    provider_unavailable: {
      title: 'Le fournisseur ne répond pas',
      detail: 'Il n’est pas disponible pour le moment. Réessayez plus tard, ou connectez-vous autrement.',
    },
    provider_refused: {
      title: 'Ce fournisseur ne peut pas servir',
      detail: 'Il ne répond pas comme il le devrait. La personne qui exploite ce site doit s’en occuper.',
    },
  },
  providerDown: '{{provider}} ne répond pas. Rien n’a changé : réessayez dans {{wait}}.',
  providerMisset:
    '{{provider}} ne répond pas comme il le devrait ; vous n’y avez donc pas été envoyé. Réessayer n’y change rien : prévenez la personne qui exploite ce site.',
  rateLimitedCode: 'Trop de codes faux. Réessayez dans {{wait}}, ou utilisez un code de secours.',
  closedCode:
    'Trop de codes faux : les codes d’application ne sont plus acceptés depuis un nouvel appareil. Utilisez un code de secours ou une clé d’accès.',
  adminCannotManage:
    "Le rôle admin ne permet pas ici de gérer les rôles. La personne qui exploite ce site doit d'abord le changer (vigile roles seed).",
  permissionMissing: 'Ceci demande la permission {{permission}}.',
  roleMissing: 'Ceci demande le rôle {{role}}.',
  lastAdministrator:
    "Vous êtes la dernière personne à pouvoir gérer les rôles ici. Donnez d'abord ce droit à quelqu'un d'autre.",
  noFactor: "Il n'y a pas de second facteur à retirer.",
  factorThere: 'Ce compte a déjà un second facteur : utilisez-le pour vous connecter.',
  factorRequired: 'Un second facteur est obligatoire ici. Ajoutez-en un autre avant de supprimer celui-ci.',
  signInOver: 'Cette connexion est terminée : elle a pris trop de temps, ou a été arrêtée. Recommencez.',
  keyRequired:
    'Ici, la connexion demande un navigateur qui garde sa propre clé. Autorisez ce site à stocker des données, ou changez de navigateur.',
  passkeyNotAccepted:
    'Cette clé d’accès n’ouvre pas de session ici : elle a pu être supprimée, ou le compte ne peut pas servir. Connectez-vous autrement.',
  providerNotAccepted: 'Le compte que ceci ouvre ne peut pas servir. Connectez-vous autrement.',
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
    unknown_permission: 'La permission {{permission}} n’existe pas.',
    too_short: 'Au moins {{minimum}} caractères.',
    too_long: 'Au plus {{maximum}} caractères.',
    invalid: 'Ce champ n’a pas la bonne forme.',
    invalid_email: 'Ce n’est pas une adresse e-mail.',
    email_unchanged: 'C’est votre adresse actuelle.',
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
    wrong_code: 'Ce code n’est pas le bon. Attendez le suivant, et vérifiez l’heure de votre téléphone.',
    totp_expired: 'Trop de temps a passé, ou l’opération a été recommencée ailleurs. Recommencez.',
    passkey_too_many: 'Votre compte a autant de clés d’accès qu’il peut en avoir. Supprimez-en une d’abord.',
    identity_too_many: 'Votre compte a autant de comptes liés qu’il peut en avoir. Dissociez-en un d’abord.',
    passkey_known: 'Cette clé d’accès est déjà enregistrée.',
    passkey_expired: 'Cela a pris trop de temps. Recommencez.',
    passkey_refused: 'Cette clé d’accès ne peut pas servir ici. Essayez avec un autre appareil ou navigateur.',
  },
  mail: {
    footer: '{{name}} vous écrit parce que cette adresse a été indiquée sur {{site}}.',
    facts: { what: 'Quoi', when: 'Quand', device: 'Appareil', address: 'Adresse IP', left: 'Codes restants' },
    factors: {
      totp: 'Une application d’authentification',
      passkey: 'Une clé d’accès',
      recovery_codes: 'Des codes de secours',
      all: 'Tout ce qui était demandé en plus du mot de passe\u00a0: application, clés d’accès, codes de secours',
      identities:
        'Les comptes liés\u00a0: cette adresse vient d’être prouvée pour la première fois, et ils sont plus anciens',
    },
    notice: {
      action: 'Ce n’était pas moi',
      note: 'Si c’était vous, il n’y a rien à faire. Sinon, ouvrez le lien\u00a0: il montre ce qu’il arrêtera avant de faire quoi que ce soit. Il est valable 7 jours.',
    },
    verify_email: {
      subject: 'Confirmez votre adresse e-mail pour {{name}}',
      title: 'Confirmez votre adresse e-mail',
      lead: 'Plus qu’une étape, et votre compte est prêt. Il vous faut le mot de passe que vous avez choisi.',
      action: 'Confirmer mon adresse',
      note: 'Le lien est valable 24 heures, une seule fois. Si vous ne vous êtes pas inscrit, ne faites rien\u00a0: aucun compte ne sera ouvert.',
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
      note: 'Le lien est valable une heure, une seule fois. Si ce n’était pas vous, ne faites rien\u00a0: votre mot de passe ne change pas.',
    },
    password_changed: {
      subject: 'Votre mot de passe sur {{name}} a été changé',
      title: 'Votre mot de passe a été changé',
      lead: 'Vous avez été déconnecté partout ailleurs. Connectez-vous avec le nouveau mot de passe.',
    },
    password_removed: {
      subject: 'Votre mot de passe sur {{name}} a été supprimé',
      title: 'Votre ancien mot de passe a été supprimé',
      lead: 'Un lien par e-mail a prouvé cette adresse pour la première fois. Un mot de passe choisi avant pourrait être celui de quelqu’un d’autre\u00a0: il n’ouvre plus rien. Vous pouvez en choisir un nouveau\u00a0: «\u00a0Mot de passe oublié\u202f?\u00a0» à la connexion.',
    },
    magic_link: {
      subject: 'Connectez-vous à {{name}}',
      title: 'Votre lien de connexion',
      lead: 'Quelqu’un, sans doute vous, a demandé un lien pour se connecter sans mot de passe.',
      action: 'Se connecter',
      note: 'Le lien est valable 10 minutes, une seule fois. Ne le donnez à personne. Si ce n’était pas vous, ne faites rien\u00a0: personne n’entre sans lui.',
    },
    account_closed: {
      subject: 'Votre compte {{name}} va être supprimé',
      title: 'Votre compte est fermé',
      lead: 'Comme vous l’avez demandé, votre compte est fermé, et tout ce qu’il contient sera supprimé le {{day}}.',
      action: 'Garder mon compte',
      note: 'Jusque-là, ce lien le rouvre, et une connexion aussi. Si vous n’avez rien demandé, ouvrez le lien, puis changez de mot de passe.',
    },
    account_kept: {
      subject: 'Votre compte {{name}} est conservé',
      title: 'Votre compte est conservé',
      lead: 'Votre compte devait être supprimé. C’est annulé\u00a0: il est de nouveau ouvert, avec tout ce qu’il contenait.',
    },
    change_email: {
      subject: 'Confirmez votre nouvelle adresse pour {{name}}',
      title: 'Confirmez votre nouvelle adresse',
      lead: 'Quelqu’un, sans doute vous, veut utiliser cette adresse pour son compte. Ouvrez le lien dans le navigateur où vous êtes connecté.',
      action: 'Confirmer cette adresse',
      note: 'Le lien est valable une heure, une seule fois, pour le seul compte qui l’a demandé. Si ce n’était pas vous, ne faites rien\u00a0: rien ne changera.',
    },
    address_in_use: {
      subject: 'Votre adresse a été indiquée sur {{name}}',
      title: 'Cette adresse a déjà un compte',
      lead: 'Quelqu’un, sans doute vous, a voulu utiliser cette adresse pour un autre compte. Elle en a déjà un\u00a0: rien n’a changé.',
      action: 'Se connecter',
      note: 'Si vous avez oublié votre mot de passe, choisissez-en un nouveau depuis la page de connexion. Si ce n’était pas vous, ne faites rien.',
    },
    email_change_asked: {
      subject: 'Une nouvelle adresse pour votre compte sur {{name}}',
      title: 'Votre adresse e-mail va changer',
      lead: 'Quelqu’un, sans doute vous, a demandé à utiliser {{email}} à la place de cette adresse. Elle la remplacera dès qu’elle y sera confirmée.',
    },
    email_changed: {
      subject: 'Votre adresse e-mail sur {{name}} a été changée',
      title: 'Votre adresse e-mail a été changée',
      lead: 'Votre compte a désormais l’adresse {{email}}. Les messages y arrivent, et vous vous connectez avec elle.',
    },
    factor_added: {
      subject: 'Un moyen de connexion a été ajouté sur {{name}}',
      title: 'Un moyen de connexion a été ajouté',
      lead: 'Cela peut désormais servir à se connecter à votre compte.',
    },
    factor_removed: {
      subject: 'Un moyen de connexion a été retiré sur {{name}}',
      title: 'Un moyen de connexion a été retiré',
      lead: 'Cela ne peut plus servir à se connecter à votre compte.',
    },
    identity_linked: {
      subject: 'Un compte a été lié sur {{name}}',
      title: 'Un compte a été lié',
      lead: 'Ce compte d’un autre site peut désormais servir à se connecter au vôtre.',
    },
    identity_unlinked: {
      subject: 'Un compte a été dissocié sur {{name}}',
      title: 'Un compte a été dissocié',
      lead: 'Ce compte d’un autre site ne peut plus servir à se connecter au vôtre.',
    },
    recovery_code_used: {
      subject: 'Un code de secours a servi sur {{name}}',
      title: 'Un code de secours a servi',
      lead: 'Quelqu’un, sans doute vous, s’est connecté à votre compte avec un de ses codes de secours. Ce code n’est plus valable. Vous pouvez en créer de nouveaux dans votre compte\u00a0; les anciens prennent alors fin.',
    },
    codes_closed: {
      subject: 'Quelqu’un essaie des codes de votre compte sur {{name}}',
      title: 'Quelqu’un essaie de deviner vos codes',
      lead: 'Cent codes de suite étaient faux, chacun après votre bon mot de passe, sur des appareils que votre compte ne connaît pas. Les codes de votre application ne sont plus acceptés depuis un nouvel appareil, jusqu’à ce que vous vous connectiez avec une clé d’accès ou un code de secours. Choisissez un nouveau mot de passe\u00a0: quelqu’un d’autre a le vôtre.',
    },
    new_device: {
      subject: 'Nouvelle connexion à votre compte sur {{name}}',
      title: 'Une connexion depuis un nouveau navigateur',
      lead: 'Quelqu’un, sans doute vous, s’est connecté à votre compte depuis un navigateur qu’il ne connaissait pas.',
    },
    reuse: {
      subject: 'Nous avons mis fin à une de vos sessions sur {{name}}',
      title: 'Nous avons mis fin à une session pour vous protéger',
      lead: 'Une de vos sessions a servi à deux endroits, comme si quelqu’un l’avait copiée. Elle est terminée pour les deux. Reconnectez-vous pour continuer.',
    },
  },
  continue: {
    title: 'Un instant',
    waiting: 'Nous vous ramenons où vous étiez…',
    unavailable: 'Le site est indisponible pour le moment. Vous êtes toujours connecté.',
    again: 'Réessayer',
    noScript: 'JavaScript est nécessaire pour continuer.',
    signIn: 'Se connecter',
    back: 'Retour au site',
  },
  goOn: {
    title: 'Continuer avec {{provider}} ?',
    lead: 'Un autre site vous a envoyé ici pour vous connecter avec {{provider}}. Si vous continuez, vous serez connecté avec le compte que vous avez là-bas, à la place de tout autre.',
    goOn: 'Continuer avec {{provider}}',
    stay: 'Non, ne rien changer',
  },
}
