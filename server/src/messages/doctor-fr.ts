import type { doctor as english } from './doctor-en.ts'

/** Zéro est au singulier. */
const units = (number: number, unit: string): string => `${number} ${unit}${number < 2 ? '' : 's'}`

export const doctor: typeof english = {
  about: 'Parcourir la liste de contrôle de production, de l’extérieur et avec les réglages présents',
  url: 'L’adresse du site pour les gens (par défaut : l’URL publique)',
  noSite: (given) =>
    `${given} n’est pas l’adresse d’un site. Donnez schéma, hôte et port, sans plus : https://shop.example.com`,
  signInOption: 'Entrer et sortir avec ce compte, fait pour cela, sans second facteur',
  passwordStdin: 'Lire son mot de passe de l’entrée au lieu de le demander',
  needsHttps: 'Un mot de passe ne s’envoie pas en HTTP sans TLS. Donnez une adresse en https://.',
  progress: (done, of) => `Examen… ${done} sur ${of}`,
  statuses: { pass: 'bon  ', warn: 'doute', fail: 'faute' },
  sum: (pass, warn, fail) =>
    `${pass} ${pass < 2 ? 'bon' : 'bons'}, ${warn} ${warn < 2 ? 'doute' : 'doutes'}, ${fail} ${fail < 2 ? 'faute' : 'fautes'}`,

  reach: {
    failed: (url, why) => `${url} ne répond pas : ${why}`,
    todos: {
      other: 'vérifiez qu’il tourne, son nom, son certificat et le proxy',
      chain: 'que le proxy envoie aussi les certificats intermédiaires (fullchain.pem)',
      expired: 'renouvelez le certificat, et voyez pourquoi cela ne s’est pas fait seul',
      name: 'prenez un certificat pour ce nom, ou le nom pour lequel il est',
      unknown:
        'prenez un certificat que les navigateurs connaissent ; pour une autorité à vous, mettez ici NODE_EXTRA_CA_CERTS',
    },
  },
  configuration: {
    absent: 'la configuration n’est pas ici : base, clés, sauvegardes et limites ne peuvent être examinées',
    whereItIs: 'lancez la commande là où tourne le serveur, avec ses réglages',
    development: 'NODE_ENV ne vaut pas production',
    setProduction: 'mettez NODE_ENV=production',
    look: 'voir docs/configuration.md',
    good: 'tous les réglages conviennent à la production',
  },
  transport: {
    plain: (url) => `${url} n’est pas en HTTPS : qui est sur le chemin prend les sessions`,
    usePlainNever: 'mettez TLS devant (ops/nginx), et VIGILE_PUBLIC_URL=https://…',
    notForced: (status) => `HTTP sans TLS répond ${status} et ne mène pas à la même adresse en HTTPS`,
    force: 'répondez 308 vers la même adresse en https: (ops/nginx)',
    noHsts: (seconds) =>
      seconds === 0 ? 'pas de Strict-Transport-Security' : `HSTS de ${seconds} s, soit moins d’un an`,
    sendHsts: 'envoyez Strict-Transport-Security: max-age=63072000; includeSubDomains',
    oldTls: 'TLS 1.1 ou plus ancien est accepté',
    newTls: 'n’acceptez que TLSv1.2 et TLSv1.3',
    certificateEnds: (days) => `le certificat expire dans ${units(days, 'jour')}`,
    renew: 'renouvelez-le, et voyez pourquoi cela ne s’est pas fait seul',
    good: (plain, days) =>
      `${plain === null ? '' : `HTTPS est forcé (${plain}), `}HSTS de ${units(days, 'jour')}, TLS 1.2 et plus`,
  },
  cookies: {
    none: 'aucun cookie n’est venu avec une réponse qui en pose un',
    lost: 'laissez le proxy transmettre Set-Cookie',
    without: (name, attribute) => `cookie ${name} sans ${attribute}`,
    noPrefix: (name) => `cookie ${name} sans __Host- ni __Secure- : un sous-domaine peut en déposer un`,
    dropped: (name) => `cookie ${name} avec un chemin ou un domaine : les navigateurs le jettent`,
    todo: 'mettez VIGILE_PUBLIC_URL=https://…, ne touchez pas à cookies.prefix, et que le proxy ne change aucun cookie',
    good: (cookies) => `cookies : ${cookies.join(', ')}`,
  },
  signIn: {
    refused: (email, status) => `la connexion de ${email} a reçu ${status}`,
    account: 'vérifiez l’adresse et le mot de passe ; 429 : attendez 15 minutes',
    waits: (email) => `à ${email} il est demandé plus qu’un mot de passe : les cookies n’ont pas été examinés`,
    anotherAccount:
      'prenez un compte fait pour cela, sans second facteur ni rôle ; là où tout compte doit en avoir un, retirez --sign-in',
    notCleared: (name) => `la déconnexion n’efface pas le cookie ${name}`,
    stored: 'des caches peuvent garder la réponse qui pose des cookies (pas de Cache-Control: no-store)',
    noStore: 'que le proxy laisse Cache-Control tel quel, et ne garde rien de Vigile',
    unknown: (status) => `la session d’une connexion n’est pas connue : ${status ?? 'pas de réponse'}`,
    notLeft: (status) => `la déconnexion a reçu ${status ?? 'aucune réponse'}`,
    stillIn: (status) => `après la déconnexion, la session reçoit ${status ?? 'aucune réponse'} et non 401`,
    lookAtLog: 'cherchez un proxy qui répond de lui-même, et au journal',
    good: (cookies) =>
      `la connexion pose ${cookies} cookies comme il faut, la déconnexion finit la session et les efface`,
  },
  headers: {
    noPolicy: 'la page de connexion n’a pas de Content-Security-Policy',
    unsafe: (word) => `la Content-Security-Policy permet '${word}'`,
    framed: 'la Content-Security-Policy laisse tout site mettre la page dans un cadre (frame-ancestors)',
    anyScript: 'la Content-Security-Policy prend des scripts de partout (script-src)',
    changed: (names) => `des en-têtes manquent ou ont été changés : ${names.join(', ')}`,
    stored: 'des caches peuvent garder une réponse qui pose un cookie (pas de Cache-Control: no-store)',
    sendPolicy: 'que le proxy laisse la politique de Vigile telle quelle',
    sniffed: 'pas de X-Content-Type-Options: nosniff',
    leaveHeaders: 'que le proxy laisse les en-têtes de Vigile tels quels',
    anyOrigin: (origin) => `les pages de tout site peuvent lire les réponses (Access-Control-Allow-Origin: ${origin})`,
    ownOrigins: 'retirez l’en-tête du proxy ; VIGILE_ALLOWED_ORIGINS nomme les sites qui le peuvent',
    good: 'politique de contenu d’un seul site, en-têtes intacts, aucune origine étrangère',
  },
  proxy: {
    forged: 'un X-Forwarded-For falsifié a été compté comme le client',
    trustLess: 'mettez dans VIGILE_TRUSTED_PROXIES votre seul proxy, et qu’il remplace l’en-tête',
    trustedHere: (address) =>
      `si un X-Forwarded-For falsifié compte ne se voit pas d’ici : ${address} est lui-même dans VIGILE_TRUSTED_PROXIES`,
    elsewhere: 'lancez-le d’une machine qui n’est pas dans VIGILE_TRUSTED_PROXIES, avec les mêmes réglages',
    unknown: 'qui les limites comptent n’a pu être établi : la connexion essayée n’est pas au journal',
    lookUp: 'attendez 15 minutes si les connexions sont limitées ; l’URL et la base doivent être d’un même déploiement',
    isProxy: (address) => `les limites comptent le proxy (${address}) pour tous ceux qui sont derrière`,
    trust: (address) => `mettez VIGILE_TRUSTED_PROXIES=${address}, si c’est votre proxy`,
    good: (address) => `les limites comptent le client (${address}), et non ce que dit un en-tête`,
  },
  routes: {
    open: (route) => `${route} laisse entrer un inconnu`,
    todo: 'cherchez un proxy qui répond de lui-même ou de son cache',
    good: (count) => `${count} routes gardées refusent un inconnu`,
  },
  metrics: {
    open: (address) => `les métriques sont ouvertes : ${address}`,
    close: 'mettez METRICS_HOST à une adresse que seul Prometheus atteint, ou fermez le port aux autres',
    maybeOpen: (host) => `les métriques écoutent sur ${host} ; d’ici on ne voit pas qui y accède`,
    good: (port) =>
      `pas de métriques à l’adresse publique${port === null ? '' : `, et le port ${port} est hors d’atteinte`}`,
  },
  clock: {
    unknown: 'les réponses n’ont pas de Date',
    sendDate: 'que le proxy l’envoie',
    off: (seconds, isAhead) => `l’horloge du serveur ${isAhead ? 'avance' : 'retarde'} de ${seconds} s sur celle d’ici`,
    databaseOff: (seconds, isAhead) =>
      `l’horloge de la base ${isAhead ? 'avance' : 'retarde'} de ${seconds} s sur celle d’ici`,
    todo: 'faites tourner un client NTP sur les deux machines (systemd-timesyncd, chrony)',
    good: 'l’horloge du serveur s’accorde avec celle d’ici',
    allGood: 'les horloges du serveur et de sa base s’accordent avec celle d’ici',
  },
  database: {
    notOpened: (why) => `la base n’a pu être ouverte : ${why}`,
    open: 'vérifiez DATABASE_URL et que la base tourne',
    pending: (names) =>
      `des migrations attendent : ${names[0]}${names.length > 1 ? ` et ${names.length - 1} de plus` : ''}`,
    migrate: 'lancez `vigile migrate`',
    noWrites: 'la base n’accepte pas d’écriture',
    makeWritable: 'vérifiez son disque, et qu’elle n’est pas une réplique',
    old: (version, least) => `PostgreSQL ${version} est plus ancien que ${least}`,
    upgrade: 'mettez PostgreSQL à jour (pg_upgrade)',
    tooMany: (nodes, each, most) =>
      `${nodes} ${nodes === 1 ? 'nœud' : 'nœuds'} de ${each} connexions, et PostgreSQL en a ${most}`,
    noRoom: (nodes, each, most) =>
      `${nodes} ${nodes === 1 ? 'nœud' : 'nœuds'} de ${each} connexions ne laissent pas de place à un de plus : PostgreSQL en a ${most}`,
    fewer: 'baissez VIGILE_POOL_MAX, augmentez max_connections, ou mettez PgBouncer entre les deux',
    good: (name) => `la base${name === null ? '' : ` (${name})`} est migrée et accepte les écritures`,
  },
  nodes: {
    notReady: (parts) => `le nœud qui répond n’est pas prêt${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    lookAtLog: 'cherchez dans son journal, et que le répartiteur demande /health/ready',
    redisDown: 'Redis ne répond pas',
    mendRedis: 'vérifiez REDIS_URL et que Redis tourne',
    noRedis: (count) => `${count} nœuds et pas de Redis : chacun compte les limites pour soi`,
    setRedis: 'mettez REDIS_URL sur chaque nœud',
    none: 'aucun nœud ne s’est annoncé à cette base depuis 30 s',
    start: 'démarrez le serveur, avec la même DATABASE_URL',
    good: (count, redis) => `${count} ${count === 1 ? 'nœud' : 'nœuds'}${redis ? ', Redis répond' : ''}`,
  },
  secrets: {
    dropped: (id) => `un secret sous lequel des sessions vivent peut-être n’est pas dans VIGILE_SECRET (id ${id})`,
    elsewhere: (id) => `un nœud connaît un secret qui n’est pas ici dans VIGILE_SECRET (id ${id})`,
    putBack: 'remettez-le, en fin de liste, pour la vie absolue d’une session',
    waits: (node, id) =>
      `le nœud ${node} ignore le secret le plus récent (id ${id}) : les sessions commencent sous un plus ancien`,
    giveToAll: 'donnez les mêmes secrets à chaque nœud ; un nœud disparu est attendu 30 secondes de plus',
    good: (count) => `${count} ${count === 1 ? 'secret' : 'secrets'}, sur chaque nœud`,
  },
  signingKey: {
    none: 'aucune clé ne signe les jetons d’accès',
    old: (days) => `la clé de signature a ${units(days, 'jour')}`,
    rotate: 'lancez `vigile keys rotate`, et cherchez au journal pourquoi l’horaire ne l’a pas fait',
    good: (days) => `la clé de signature a ${units(days, 'jour')}`,
  },
  sessions: {
    long: (minutes) =>
      `les jetons d’accès vivent ${units(minutes, 'minute')} : qui les vérifie seul laisse entrer les révoqués`,
    shorten: 'mettez VIGILE_ACCESS_LIFE à une heure au plus ; ils sont renouvelés',
    unconfirmed: (unconfirmed, of) =>
      `les clients ne confirment rien : ${unconfirmed} jetons sur ${of} ; un voleur qui suit de près n’est pas trouvé`,
    confirm: 'employez @vigile/client, ou appelez POST /ack quand un cookie est arrivé',
    good: (minutes) => `les jetons d’accès vivent ${units(minutes, 'minute')}`,
  },
  jobs: {
    never: 'aucun nettoyage n’est connu',
    old: (hours) => `le dernier nettoyage date d’il y a ${units(hours, 'heure')}`,
    cleanUp: 'lancez `vigile cleanup`, et cherchez au journal pourquoi l’horaire ne l’a pas fait',
    webhookWaits: (minutes) => `un message au webhook attend depuis ${units(minutes, 'minute')}`,
    webhook: 'voyez si son destinataire répond (`vigile webhook test`)',
    notDue: 'le premier nettoyage est à venir',
    good: (hours) => `le dernier nettoyage date d’il y a ${units(hours, 'heure')}`,
  },
  backups: {
    none: 'aucune sauvegarde n’est connue',
    away: (why) => `l’endroit des sauvegardes ne peut être vu : ${why}`,
    lookAtPlace: 'voyez VIGILE_BACKUP_TO, ses identifiants, et s’il est joignable',
    old: (hours) => `la dernière sauvegarde a ${units(hours, 'heure')}`,
    place: 'mettez VIGILE_BACKUP_TO, et lancez `vigile backup`',
    schedule: 'lancez `vigile backup`, ou mettez VIGILE_BACKUP_SCHEDULE',
    lookAtLog: 'lancez `vigile backup`, et cherchez au journal pourquoi l’horaire ne l’a pas fait',
    noDrill: (days) => `aucune sauvegarde n’a été prouvée depuis ${units(days, 'jour')}`,
    drill: 'lancez `vigile backup drill`',
    good: (hours) => `la dernière sauvegarde a ${units(hours, 'heure')}`,
  },
  mail: {
    none: 'il n’y a pas de serveur de courrier : nul ne peut prouver sa boîte ni changer un mot de passe oublié',
    set: 'mettez SMTP_URL',
    refused: 'le serveur de courrier ne prend pas les lettres',
    away: (why) => `le serveur de courrier ne prend pas de lettre d’ici : ${why}`,
    waits: (minutes) => `une lettre attend depuis ${units(minutes, 'minute')}`,
    todo: 'vérifiez SMTP_URL, l’expéditeur et le journal',
    bounced: (refused, of) => `le serveur de courrier a refusé ${refused} lettres sur ${of} en un jour`,
    lookWhy: 'cherchez au journal ce qu’il en dit (`the mail server refused a letter`)',
    good: 'le serveur de courrier est là, et aucune lettre ne l’attend',
  },
}
