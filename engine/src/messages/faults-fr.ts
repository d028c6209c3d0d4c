import type { faults as english, phrases as englishPhrases } from './faults-en.ts'

const makeSecret = 'faites-en un avec `openssl rand -base64 48`'

export const faults: typeof english = {
  no_such_option: { wrong: 'cette option n’existe pas', right: 'il y a ici {{names}}' },
  wrong_kind: { wrong: 'elle n’est pas du bon genre', right: 'il faut {{kind}}' },

  not_web_address: { wrong: '« {{given}} » n’est pas une adresse web', right: 'écrivez https://shop.example.com' },
  more_than_origin: {
    wrong: 'elle a plus que schéma, hôte et port',
    right: 'écrivez https://shop.example.com',
  },
  plain_http: {
    wrong: 'c’est du http sans TLS en production : les cookies pourraient être lus en chemin',
    right: 'prenez https, ou mettez VIGILE_UNSAFE_HTTP=1 si le transport est protégé autrement',
  },
  not_path: { wrong: '« {{given}} » n’est pas un chemin de segments simples', right: 'écrivez /api/auth' },
  not_origin: {
    wrong: '« {{given}} » n’est pas une origine',
    right: 'écrivez chacune ainsi, https://app.example.com, sans chemin',
  },
  other_site: {
    wrong: '{{given}} est un autre site que {{own}} : les navigateurs n’enverraient pas ces cookies',
    right: 'servez les deux sous un même domaine enregistré, ou que le site frontal relaie l’API',
  },
  not_network: {
    wrong: '« {{given}} » n’est ni une adresse ni un réseau',
    right: 'écrivez 10.0.0.5, 10.0.0.0/8 ou fd00::/8',
  },
  every_address: {
    wrong: '« {{given}} », ce sont toutes les adresses qui existent',
    right: 'écrivez 10.0.0.5, 10.0.0.0/8 ou fd00::/8',
  },
  no_app_name: {
    wrong: '« {{given}} » ne peut pas commencer le nom des cookies',
    right: 'prenez des minuscules, des chiffres et _',
  },

  no_cookie_name: {
    wrong: '« {{given}} » ne peut pas être le nom de base d’un cookie',
    right: 'prenez des lettres, des chiffres, _ et - ; le préfixe s’ajoute là où il le faut',
  },
  cookie_name_twice: { wrong: 'deux cookies ont le même nom', right: 'donnez à chacun le sien' },
  public_suffix: {
    wrong: '« {{given}} » est un suffixe public ou n’est pas un domaine : tous les sites dessous auraient les cookies',
    right: 'prenez un domaine à vous, ou retirez-le',
  },
  not_above_host: {
    wrong: 'l’hôte public {{host}} n’est pas sous « {{given}} » : les navigateurs jetteraient les cookies',
    right: 'prenez l’hôte, ou un domaine parent',
  },

  not_length_of_time: { wrong: '« {{given}} » n’est pas une durée', right: 'écrivez 15m, 24h ou 7d' },
  too_short: { wrong: '{{given}} : c’est trop court', right: 'au moins {{least}}' },
  too_long: { wrong: '{{given}} : c’est trop long', right: 'au plus {{most}}' },
  over_idle_life: {
    wrong: 'elle dépasse la durée d’inactivité',
    right: 'par défaut, ce sont 15m et 7d',
  },
  over_absolute_life: { wrong: 'elle dépasse la durée absolue', right: 'par défaut, ce sont 7d et 30d' },
  ends_before_renewal: {
    wrong: 'une session finirait avant de pouvoir être renouvelée',
    right: 'plus de {{least}}',
  },
  over_cookie_life: {
    wrong: 'les navigateurs ne gardent aucun cookie plus de 400 jours',
    right: 'au plus 400d',
  },
  no_session_count: {
    wrong: 'ce n’est pas un nombre entier de 1 à 1000',
    right: "écrivez un nombre, ou 'unlimited'",
  },
  insecure_binding: {
    wrong: 'les navigateurs ne gardent de clés que pour des pages sûres',
    right: 'prenez https, ou laissez-le sur off',
  },
  not_positive: {
    wrong: 'chaque constante doit être un nombre entier positif',
    right: 'laissez les valeurs par défaut',
  },
  protocol_order: {
    wrong: 'l’ordre giveUp < replay < flushed < rotation n’est pas respecté',
    right: 'par défaut, ce sont 15, 20, 45 et 60 secondes',
  },
  long_burst: { wrong: 'burst doit être plus court que replay', right: 'par défaut, 2 secondes' },
  short_flush: {
    wrong: 'flushed doit dépasser 30 secondes : les navigateurs écrivent les cookies sur disque avec 30 s de retard',
    right: 'par défaut, 45 secondes',
  },
  many_siblings: { wrong: 'siblings doit être au plus 1000', right: 'par défaut, 20' },

  no_secret: { wrong: 'aucun secret n’est défini, ou l’un de la liste est vide', right: makeSecret },
  many_secrets: { wrong: 'il y a plus de {{most}} secrets', right: 'retirez les plus anciens' },
  published_secret: { wrong: '{{which}} est un exemple publié', right: makeSecret },
  short_secret: {
    wrong: '{{which}} a moins de {{characters}} caractères et moins de {{bytes}} octets',
    right: makeSecret,
  },
  repeated_secret: { wrong: '{{which}} répète quelques caractères', right: makeSecret },
  counted_secret: { wrong: '{{which}} est une suite qui se compte', right: makeSecret },
  not_base64: { wrong: 'l’un n’est pas en base64', right: makeSecret },
  own_secret: { wrong: 'c’est VIGILE_SECRET, que personne d’autre ne doit connaître', right: makeSecret },

  database_in_memory: {
    wrong: 'ni base en mémoire, ni fichier avec paramètres : ce serait un fichier ordinaire de ce nom',
    right: 'écrivez file:./data/vigile.db ; pour un test, un fichier dans un dossier temporaire',
  },
  no_database: {
    wrong: 'ce n’est ni postgres://… ni file:…',
    right: 'écrivez postgres://utilisateur:motdepasse@hote:5432/vigile ou file:./data/vigile.db',
  },
  not_postgres: {
    wrong: 'ce n’est pas une adresse postgres://',
    right: 'écrivez postgres://utilisateur:motdepasse@hote:5432/vigile, avec %40 pour @ dans un mot de passe, etc.',
  },
  not_redis: { wrong: 'ce n’est pas une adresse redis://', right: 'écrivez redis://hote:6379' },
  no_pool_size: { wrong: '{{given}} n’est pas un nombre entier de 1 à 1000', right: 'par défaut, 10' },
  no_pool_wait: { wrong: '{{given}} n’est pas un nombre de secondes jusqu’à 300', right: 'par défaut, 8' },
  leads_elsewhere: {
    wrong: 'elle mène ailleurs qu’avant',
    right:
      'ne changez qu’utilisateur et mot de passe tant que des nœuds tournent ; pour un autre lieu, arrêtez-les tous',
  },

  not_smtp: {
    wrong: 'ce n’est pas une adresse smtp://',
    right: 'écrivez smtp://utilisateur:motdepasse@mail.example.com:587',
  },
  no_sender: { wrong: '« {{given}} » n’est pas un expéditeur', right: 'écrivez Shop <no-reply@example.com>' },

  engines_resource: { wrong: 'cette ressource est celle du moteur', right: 'donnez un autre nom à la vôtre' },
  no_permission_name: {
    wrong: '« {{given}} » n’est pas un nom',
    right: 'prenez jusqu’à 32 signes parmi a-z, 0-9 et -',
  },
  many_permissions: { wrong: 'il y en a {{number}}', right: 'déclarez-en {{most}} au plus' },
  no_role_name: {
    wrong: 'ce n’est pas un nom de rôle',
    right: 'prenez jusqu’à 64 signes parmi a-z, 0-9 et -',
  },
  not_grantable: {
    wrong: 'il n’y a pas de permission « {{given}} »',
    right: 'il y a {{names}}, ressource:* et *',
  },
  no_permission: { wrong: 'il n’y a pas de permission « {{given}} »', right: 'il y a {{names}}' },
  lacks_management: {
    wrong: 'il lui manque {{permission}}',
    right: 'les administrateurs l’ont : ajoutez-la, ou nommez le rôle autrement',
  },
  many_roles: { wrong: 'il y en a trop', right: 'déclarez-en {{most}} au plus' },
  names_no_permission: { wrong: 'il ne nomme aucune permission', right: 'nommez-en une, ou dites optional' },

  no_limit: { wrong: 'cette limite n’existe pas', right: 'les limites sont {{names}}' },
  no_rule: {
    wrong: 'limit et windowSeconds doivent être des nombres entiers positifs, la fenêtre de 30 jours au plus',
    right: 'par exemple { limit: 10, windowSeconds: 900 }',
  },

  no_email: { wrong: '« {{given}} » n’est pas une adresse e-mail', right: 'écrivez security@example.com' },
  many_emails: { wrong: 'il y a trop d’adresses', right: 'donnez-en {{most}} au plus, ou celle d’une liste' },
  alerts_without_mail: {
    wrong: 'on ne peut écrire à personne : aucun courrier ne part',
    right: 'indiquez un serveur de courrier, SMTP_URL',
  },
  no_alert: { wrong: '{{given}} n’existe pas', right: 'nommez l’une de {{names}}' },
  no_threshold: { wrong: 'ce n’est pas un compte', right: 'prenez un nombre entier de 1 à {{most}}' },
  not_anchor: {
    wrong: 'la {{number}}e n’est pas l’adresse d’une ancre',
    right: 'prenez un chemin absolu, https://… ou s3://CLÉ:SECRET@HÔTE/SEAU/PRÉFIXE?region=RÉGION',
  },
  no_webhook_address: {
    wrong: 'ce n’est pas une adresse https sans utilisateur',
    right: 'écrivez https://… ; http n’est que pour cette machine',
  },
  no_cron_pattern: {
    wrong: '« {{given}} » n’est pas un motif cron, ou n’a aucun moment à venir',
    right: 'par défaut, 0 2 * * *',
  },

  weak_or_costly_hash: {
    wrong:
      '{{memoryKiB}} Kio, {{iterations}} itérations et parallélisme {{parallelism}} : c’est sous le minimum d’OWASP, ou plus qu’une empreinte ne peut coûter',
    right:
      'retirez-le pour 19456 Kio, 2 itérations, parallélisme 1 ; avec 1, 2 ou 3 itérations il faut au moins 47104, 19456 ou 12288 Kio, et au plus 262144 Kio, 64 itérations, parallélisme 16',
  },
  no_minimum_length: {
    wrong: '{{given}} n’est pas un nombre entier de 8 à 1024',
    right: 'par défaut, 8 ; le NIST conseille 15 là où le mot de passe est le seul facteur',
  },
  no_breach_service: {
    wrong: 'ce n’est pas une adresse https sans utilisateur, requête ni fragment',
    right: 'écrivez https://api.pwnedpasswords.com/range/ ; retirez-la pour n’interroger aucun service',
  },

  no_provider: {
    wrong: 'ce n’est pas un fournisseur',
    right: 'faites-le par discord(), google(), github(), oidc() ou oauth2()',
  },
  no_provider_id: {
    wrong: 'il ne peut pas figurer dans une adresse',
    right: 'prenez 1 à 32 minuscules, chiffres et -',
  },
  provider_twice: { wrong: '« {{given}} » y est deux fois', right: 'donnez à chacun son identifiant' },
  no_provider_name: { wrong: 'on ne pourrait pas le lire', right: 'écrivez une ligne de 1 à 100 caractères' },
  no_credential: {
    wrong: 'il manque',
    right: 'copiez-le de là où l’application est enregistrée chez {{provider}}',
  },
  not_one_line: {
    wrong: 'ce n’est pas une ligne de texte sans espaces autour',
    right: 'copiez-le encore une fois',
  },
  no_provider_address: { wrong: 'elle manque', right: 'copiez-la de ce que {{provider}} dit de lui-même' },
  not_https: {
    wrong: 'ce n’est pas une adresse https',
    right: 'écrivez https://… ; http n’est que pour cette machine',
  },
  no_life: { wrong: 'ce n’est pas un nombre de 1 à 86400', right: 'écrivez 300 pour cinq minutes' },
  no_scopes: { wrong: 'ce n’est pas une liste de portées', right: "écrivez ['openid', 'email']" },
  without_openid: { wrong: 'openid n’y est pas', right: "ajoutez 'openid'" },
  not_in_range: {
    wrong: '{{given}} n’est pas un nombre de {{least}} à {{most}}',
    right: 'par défaut, {{byDefault}}',
  },
  not_whole_in_range: {
    wrong: '{{given}} n’est pas un nombre entier de {{least}} à {{most}}',
    right: 'par défaut, {{byDefault}}',
  },
  many_waits: { wrong: 'il y a plus de 5 attentes', right: 'par défaut, 1, 2, 3' },
}

export const phrases: typeof englishPhrases = {
  the_secret: 'le secret',
  secret_of: 'le secret {{index}} sur {{number}}',
  text: 'un texte',
  line: 'une ligne de 1 à 200 caractères',
  flag: 'true ou false',
  number: 'un nombre',
  numbers: 'une liste de nombres',
  texts: "une liste de textes, ['…', '…']",
  lists: "un groupe de listes de textes, { …: ['…', '…'] }",
  group: 'un groupe d’options, { … }',
  one_of: 'l’une de {{values}}',
  secrets: 'un texte, une liste de textes, ou une fonction qui en donne une',
  web_address: 'une adresse web',
  plain_http: 'unsafePlainHttp, importé sous ce nom',
  count: "un nombre, ou 'unlimited'",
  factors: "optional ou required, ou { requiredFor: ['…'] }",
  providers: 'une liste de fournisseurs, [discord(), …]',
}
