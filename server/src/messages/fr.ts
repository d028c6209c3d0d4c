// Français. Mêmes clés qu'en anglais : le compilateur y veille.
import { doctor } from './doctor-fr.ts'
import type { Catalogue } from './en.ts'
import { status } from './status-fr.ts'

/** En français, le singulier vaut aussi pour zéro. */
const plural = (count: number, one: string, many: string) => `${count.toLocaleString('fr')} ${count < 2 ? one : many}`

export const fr: Catalogue = {
  locale: 'fr',

  faults: {
    heading: (count) => `La configuration est inutilisable : ${plural(count, 'erreur', 'erreurs')}.`,
    isNot: (given) => `« ${given} » n'est pas une valeur de ce réglage`,
    onOrOff: 'Indiquez on ou off',
    wholeNumber: (least, most) => `Un nombre entier de ${least} à ${most}`,
    oneOf: (values) => `Une de ces valeurs : ${values.join(', ')}`,
    address: 'Une adresse de cette machine, par exemple 127.0.0.1 ou ::',
    noUrl: 'Ce n’est pas une adresse web',
    url: 'Une adresse comme https://collector.example.com:4318',
    noDsn: "Ce n'est pas un DSN de Sentry",
    dsn: 'Comme Sentry le montre : https://CLÉ@o1.ingest.sentry.io/PROJET',
    noHeaders: "Ce n'est pas une liste d'en-têtes",
    headers: 'nom=valeur, plusieurs séparés par des virgules : api-key=…',
    unknownOption: "Il n'y a pas de telle option",
    log: 'Un objet avec les fonctions debug, info, warn et error',
    backupOptions: 'Un objet avec to, key, schedule, drillSchedule et keep, chacun un texte',
    notInFile: 'Cela se décide là où le programme est lancé, et non dans ce fichier',
    takeAway: "Retirez-le d'ici ; NODE_ENV=production fait la production",
    origin: 'Protocole, hôte et port, sans plus : https://cdn.example.com',
    missing: 'Il manque',
    publicUrl: "L'adresse publique du site, par exemple https://auth.example.com",
    secret: 'Au moins 64 caractères que personne ne peut deviner, par exemple ceux de : openssl rand -hex 48',
    ofProvider: 'Le fournisseur l’indique là où le site est enregistré : docs/providers.md',
    bothGiven: (name) => `${name} et ${name}_FILE sont tous deux définis`,
    keepOne: (name) => `Gardez-en un : la valeur dans ${name}, ou le chemin d'un fichier dans ${name}_FILE`,
    unreadable: (place, why) => `${place} est illisible (${why})`,
    readable: {
      file: "Un fichier qui contient la valeur et rien d'autre, que l'utilisateur qui lance ce programme peut lire",
      vault: 'Un chemin que Vault connaît et un jeton qui peut le lire : docs/secrets.md',
      aws: "Un secret qu'AWS connaît et des droits qui permettent de le lire : docs/secrets.md",
    },
    swapped: {
      wrong: "Il ne contient aucun des secrets en service : toutes les sessions attendraient le retour de l'un d'eux",
      right: 'Mettez le nouveau devant, et laissez les anciens derrière lui',
    },
    dropped: {
      wrong:
        "Il y manque un secret dont dépendent des sessions, des applications d'authentification ou des jetons de fournisseurs, ou la base n'a pas pu le dire",
      right: "Remettez-le. Pour l'ôter plus tôt, terminez d'abord les sessions : vigile sessions revoke --everyone",
    },
    notReference: "Ce n'est ni un secret, ni l'endroit d'un secret",
    reference: 'Écrivez vault:MONTAGE/data/NOM#CHAMP ou aws:NOM#CHAMP',
    modeInFile: ".env indique NODE_ENV=production, or .env n'est lu qu'en développement",
    modeInEnvironment: 'Définissez NODE_ENV=production là où le programme est lancé, avec les autres réglages',
    noDefaultExport: "Il n'a pas d'export par défaut qui soit un objet",
    defaultExport: 'export default defineConfig({ … })',
    installHere: 'Installez le paquet à côté du fichier : npm install vigile',
    loadableFile: "Un fichier que Node peut charger : vérifiez son chemin et ce qu'il importe",
    secretNotKept: (path, why) => `Le secret de développement ne peut pas être conservé dans ${path} : ${why}`,
    writableFolder: (folder) => `Rendez ${folder} accessible en écriture, ou définissez VIGILE_SECRET`,
    verificationWithoutMail:
      'Les adresses doivent être vérifiées avant la première connexion, et il n’y a pas de serveur de courrier : indiquez SMTP_URL ; ou vérifiez les comptes avec `vigile users verify`, ou mettez VIGILE_EMAIL_VERIFICATION=off.',
    secretWithoutWebhook:
      "VIGILE_ALERT_WEBHOOK n'est pas réglé : WEBHOOK_SECRET ne signe rien, et les alertes ne vont vers aucun webhook.",
    unsafeHttp:
      'Mots de passe et sessions passent en HTTP sans chiffrement (VIGILE_UNSAFE_HTTP) : qui est en chemin les prend. Mettez TLS devant, et VIGILE_PUBLIC_URL=https://…',
    wide: (setting, network) => `${setting} a ${network}, plus que tout réseau à vous : nommez les adresses voulues.`,
    unknown: (name) => `${name} n'est pas un réglage de Vigile et reste sans effet : faute de frappe ?`,
  },

  failures: {
    portBusy: (port, setting) =>
      `Le port ${port} est occupé. Arrêtez ce qui l'utilise, ou choisissez-en un autre : ${setting}=${port + 1} vigile start`,
    portForbidden: (port) =>
      `Cet utilisateur ne peut pas ouvrir le port ${port}. Choisissez-en un au-dessus de 1023 : PORT=3000 vigile start`,
    addressUnknown: (host, setting) =>
      `${host} n'est pas une adresse de cette machine. Corrigez ${setting}, ou retirez-le.`,
    notOpened: (why) => `Vigile n'a pas pu ouvrir ce dont il a besoin : ${why}`,
    unexpected: (why) => `Échec : ${why}`,
    unknownSecret:
      "La base et ses nœuds ont d'autres secrets que le VIGILE_SECRET d'ici. Relancez avec celui des nœuds : rien n'a été changé.",
  },

  start: {
    about: 'Démarrer le serveur',
    ready: (version) => `Vigile ${version} est prêt`,
    signUp: 'inscription',
    claim: 'administration',
    claimText: (address) => `${address}   (une seule fois : fait de vous l'administrateur)`,
    claimCommand: 'vigile users create vous@example.com --role admin',
    api: 'API',
    mailbox: 'boîte aux lettres',
    data: 'données',
    cache: 'cache',
    embedded: (path) => `${path} (intégrée ; définissez DATABASE_URL pour PostgreSQL)`,
    stopping: "Arrêt : les requêtes en cours se terminent d'abord. Encore une fois pour arrêter aussitôt.",
  },

  usage: {
    about: "Authentification auto-hébergée : personne n'est déconnecté par accident, personne ne reste par effraction.",
    settings:
      "Les réglages viennent de l'environnement, de .env en développement, ou de vigile.config.ts ; l'environnement l'emporte.",
    titles: {
      'Usage:': 'Utilisation :',
      'Arguments:': 'Arguments :',
      'Options:': 'Options :',
      'Commands:': 'Commandes :',
    },
    example: 'Exemple :',
    help: 'Afficher cette aide',
    version: 'Afficher la version',
    helpCommand: "Afficher l'aide d'une commande",
    json: 'Répondre en JSON, pour les programmes',
    jsonLogs: 'Écrire le journal en JSON, même dans un terminal',
    config: "Fichier de configuration (par défaut : vigile.config.ts, s'il existe)",
    yes: 'Ne pas demander',
    error: 'Erreur :',
    hint: (command) => `Voir : ${command} --help`,
    unknownCommand: (name) => `La commande ${name} n'existe pas.`,
    unknownOption: (name) => `L'option ${name} n'existe pas ici.`,
    missingArgument: (name) => `L'argument ${name} manque.`,
    missingValue: (name) => `L'option ${name} attend une valeur.`,
    excessArguments: "Il y a plus d'arguments que cette commande n'en prend.",
    badValue: (name) => `La valeur de ${name} est inutilisable.`,
    wrong: "La commande ne s'utilise pas ainsi.",
  },

  ask: {
    needsYes: "Personne à qui demander ici (pas de terminal). Ajoutez --yes si c'est voulu.",
    word: 'oui',
    notDone: "Rien n'a été fait.",
    password: 'Mot de passe : ',
    passwordAgain: 'Encore une fois : ',
    passwordsDiffer: "Les deux ne sont pas identiques. Rien n'a été fait.",
    passwordNeedsTerminal:
      'Pas de terminal pour demander le mot de passe. Passez-le par un tube : … | vigile … --password-stdin',
    passwordMissing: "Aucun mot de passe reçu. Rien n'a été fait.",
  },

  migrate: {
    about: 'Mettre la base de données à la forme que cette version demande',
    check: "Dire seulement ce qui reste à faire ; code 1 s'il reste quelque chose",
    new: 'Repartir d’une base vide, bien qu’il y ait une sauvegarde à restaurer',
    hasBackup: (database, backup, at, place) =>
      `${database} est vide, et ${place} contient une sauvegarde de ce site : ${backup}, du ${at}. Si ses données sont perdues, restaurez-la : vigile restore. Pour repartir de zéro et déconnecter tout le monde : vigile migrate --new`,
    backupsAway: (database, place, why) =>
      `${database} est vide, et ${place}, où il peut y en avoir une sauvegarde, est illisible : ${why}. Réparez cela, ou repartez de zéro : vigile migrate --new`,
    isNew: 'La base est neuve et vide. S’il y avait des comptes auparavant, ce n’est pas la leur : vigile restore',
    working: 'Migration en cours…',
    upToDate: 'La base de données est à jour.',
    applied: (count) => `${plural(count, 'migration appliquée', 'migrations appliquées')} :`,
    pending: (count) =>
      `${plural(count, 'migration en attente', 'migrations en attente')} ; à appliquer par : vigile migrate`,
  },

  config: {
    about: 'La configuration',
    checkAbout: 'Vérifier la configuration dans son ensemble et nommer chaque erreur',
    good: 'La configuration est bonne.',
    mode: (production) => (production ? 'production' : 'développement'),
    sources: ['secret', 'provenance'],
    providers: (names) => `Connexion avec : ${names.join(', ')}`,
  },

  users: {
    about: 'Utilisateurs',
    user: 'Adresse e-mail ou identifiant',
    unknown: (who) => `L'utilisateur ${who} n'existe pas.`,
    createAbout: 'Créer un utilisateur ; le mot de passe est demandé, jamais passé en argument',
    email: 'Adresse e-mail',
    name: 'Nom',
    locale: "Langue de l'utilisateur : en ou fr",
    role: 'Donner tout de suite ce rôle : admin fait un administrateur',
    verified: "Tenir l'adresse e-mail pour vérifiée",
    passwordStdin: "Lire le mot de passe sur l'entrée standard",
    created: (email, id) => `${email} est créé (${id}).`,
    refused: {
      email_taken: 'Un utilisateur a déjà cette adresse e-mail.',
      invalid_email: "Ce n'est pas une adresse e-mail.",
      invalid_hash: "L'empreinte du mot de passe est d'un genre inconnu (Argon2, bcrypt, scrypt, PBKDF2), ou abîmée.",
      weak_password: (faults) => `Le mot de passe est refusé : ${faults}.`,
    },
    passwordFaults: {
      too_short: (minimum) => `il a moins de ${minimum} caractères`,
      too_long: (maximum) => `il a plus de ${maximum} caractères`,
      common: () => 'il est parmi les plus courants, essayés en premier',
      own_words: (word) => `ce n'est guère plus que « ${word} »`,
      breached: () => "il a été trouvé dans une fuite d'un autre site",
      not_text: () => "il contient des caractères qu'aucun clavier ne tape",
    },
    disableAbout: 'Désactiver un utilisateur : toutes ses sessions prennent fin, la connexion est refusée',
    disabled: (email, sessions) =>
      `${email} est désactivé ; ${plural(sessions, 'session terminée', 'sessions terminées')}.`,
    enableAbout: 'Réactiver un utilisateur désactivé',
    enabled: (email) => `${email} est réactivé.`,
    resetAbout: 'Envoyer à un utilisateur le lien pour choisir un nouveau mot de passe',
    resetSent: (email: string) => `${email} reçoit un lien pour choisir un nouveau mot de passe.`,
    verifyAbout: "Tenir l'adresse e-mail d'un utilisateur pour vérifiée",
    verifiedNow: (email) => `${email} est vérifiée.`,
    removeFactorsAbout:
      "Pour qui a perdu tous ses seconds facteurs : supprimer application, clés d'accès et codes de secours, et terminer toutes les sessions",
    removeFactorsAsk: (email) =>
      `Ensuite, le mot de passe seul, ou un lien par e-mail, ouvre ${email}. Soyez sûr de qui demande. Pour continuer, tapez l'adresse : `,
    factorsRemoved: (email, sessions) =>
      `${email} n'a plus de second facteur, et en est averti par e-mail ; ${plural(sessions, 'session terminée', 'sessions terminées')}.`,
    noFactor: (email) => `${email} n'a pas de second facteur. Rien n'a été fait.`,
    isDisabled: (email) =>
      `${email} est désactivé. Rien n'a été fait ; pour le réactiver : vigile users enable ${email}`,
    deleteAbout: 'Supprimer définitivement un utilisateur',
    deleteAsk: (email) => `Ceci supprime définitivement ${email}. Pour continuer, tapez l'adresse : `,
    deleted: (email) => `${email} est supprimé.`,
    listAbout: 'Lister les utilisateurs',
    search: "Seulement ceux dont l'e-mail ou le nom contient ceci",
    limit: 'Combien au plus : 1 à 200 (50 par défaut)',
    after: 'Continuer après cet identifiant',
    none: 'Aucun utilisateur.',
    more: (next) => `Il y en a d'autres : --after ${next}`,
    columns: { email: 'e-mail', name: 'nom', state: 'état', created: 'créé', id: 'identifiant' },
    states: { active: 'actif', unverified: 'non vérifié', disabled: 'désactivé' },
    importAbout:
      'Importer des utilisateurs en JSON Lines : un objet par ligne avec email, et name, passwordHash, locale, emailVerified si connus',
    importFile: "Le fichier, ou - pour l'entrée standard",
    importCheck: 'Vérifier seulement les lignes',
    fileUnreadable: (path, code) => `${path} est illisible (${code}).`,
    lineNotJson: "ce n'est pas du JSON",
    lineNotObject: 'ce n\'est pas un objet : { "email": "…" }',
    lineNoEmail: 'email est absent',
    lineNoSuchField: (name) => `${name} n'y a pas de sens : une faute de frappe ?`,
    lineFields: {
      email: "email n'est pas une adresse e-mail",
      name: "name n'est pas une ligne de 1 à 200 caractères",
      locale: "locale n'est ni en ni fr",
      passwordHash: "passwordHash est d'un genre inconnu (Argon2, bcrypt, scrypt, PBKDF2), abîmé ou trop coûteux",
      emailVerified: "emailVerified n'est ni true ni false",
    },
    lineRepeats: (line) => `la même adresse e-mail qu'à la ligne ${line}`,
    line: (line, what) => `ligne ${line} : ${what}`,
    importRefused: (count) => `${plural(count, 'ligne est fausse', 'lignes sont fausses')}. Rien n'a été importé.`,
    importChecked: (count) =>
      `${plural(count, 'ligne est juste', 'lignes sont justes')}. Rien n'a été importé (--check).`,
    importing: (done, all) => `Import : ${done.toLocaleString('fr')} sur ${all.toLocaleString('fr')}`,
    imported: (created, refused) =>
      `${plural(created, 'utilisateur créé', 'utilisateurs créés')}${refused === 0 ? '.' : ` ; ${plural(refused, 'ligne refusée', 'lignes refusées')}, voir ci-dessus.`}`,
    importStopped: (line, why) =>
      `Arrêt à la ligne ${line} : ${why}. Les lignes précédentes sont faites ; relancez pour le reste, celles déjà faites seront refusées comme connues.`,
  },

  sessions: {
    about: 'Sessions',
    listAbout: "Lister les sessions en cours d'un utilisateur",
    none: 'Aucune session en cours.',
    columns: {
      id: 'identifiant',
      browser: 'navigateur',
      ip: 'adresse',
      created: 'créée',
      used: 'dernier usage',
      ends: 'fin',
    },
    revokeAbout: "Mettre fin à une session, à toutes celles d'un utilisateur, ou à celles de tout le monde",
    user: 'Mettre fin à toutes les sessions de cet utilisateur (adresse e-mail ou identifiant)',
    session: 'Mettre fin à cette session',
    everyone: 'Mettre fin aux sessions de tout le monde',
    chooseOne: 'Choisissez : --user, --session ou --everyone.',
    everyoneAsk: (word) => `Ceci déconnecte tout le monde. Pour continuer, tapez ${word} : `,
    revoked: (count) => `${plural(count, 'session terminée', 'sessions terminées')}.`,
    unknown: (id) => `Aucune session en cours ${id}.`,
  },

  roles: {
    about: 'Les rôles, et qui les a',
    seedAbout: 'Écrire les rôles que déclare la configuration, exactement ; les autres restent tels quels',
    created: (name) => `Rôle ${name} créé.`,
    changed: (name) => `Rôle ${name} modifié : il a ce qui est déclaré.`,
    unchanged: (name) => `Le rôle ${name} était déjà ainsi.`,
    noneDeclared: "La configuration ne déclare aucun rôle. Rien n'a été fait.",
    listAbout: 'Lister les rôles et leurs permissions',
    none: 'Aucun rôle.',
    columns: { name: 'rôle', permissions: 'permissions', description: 'description' },
    role: 'Nom du rôle',
    grantAbout:
      "Donner un rôle à un utilisateur ; admin est créé là où il n'existe pas : tel que déclaré, sinon avec tous les droits",
    granted: (email, role, changed) =>
      changed ? `${email} a maintenant le rôle ${role}.` : `${email} avait déjà le rôle ${role}.`,
    revokeAbout: 'Retirer un rôle à un utilisateur',
    revoked: (email, role, changed) =>
      changed ? `${email} n'a plus le rôle ${role}.` : `${email} n'avait pas le rôle ${role}.`,
    leaveNoAdministrator: 'Même si plus personne ne peut ensuite gérer les rôles',
    lastAdministrator:
      "Plus personne ne pourrait gérer les rôles. Rien n'a été fait ; si c'est voulu, ajoutez --leave-no-administrator.",
    tooMany: "Il y aurait plus de 200 rôles. Rien n'a été fait.",
    unknown: (role) => `Il n'y a pas de rôle ${role}. Voir : vigile roles list`,
  },

  limits: {
    about: 'Qui est refusé par une limite',
    listAbout: "Lister les limites qui refusent quelqu'un, et les connexions que cent échecs ont fermées",
    who: "Celles de cette adresse e-mail, adresse, ou de cet identifiant d'utilisateur ou de session seulement",
    limit: 'Combien au plus : 1 à 200 (50)',
    none: "Personne n'est refusé.",
    noneClosed: "Aucune connexion n'est fermée par cent échecs.",
    columns: { id: 'identifiant', rule: 'limite', kind: 'de', whose: 'qui', count: 'compte', until: "jusqu'à" },
    kinds: {
      address: 'adresse',
      account: 'compte',
      browser: 'navigateur connu',
      email: 'e-mail sans compte',
      session: 'session',
      application: 'application',
    },
    closed: 'la preuve de la boîte aux lettres',
    more: 'Il y en a plus : dites de qui, ou donnez --limit.',
    inMemory:
      "Les limites des serveurs en marche sont dans leur mémoire, hors de portée d'une commande : demandez à l'un d'eux (GET et DELETE /api/admin/limits), redémarrez-le, ou donnez REDIS_URL.",
    liftAbout:
      "Lever un blocage par son identifiant, ou tous ceux d'une adresse e-mail, d'une adresse, d'un utilisateur ou d'une session",
    blockOrWho: "Identifiant d'un blocage, ou adresse e-mail, adresse, identifiant d'utilisateur ou de session",
    lifted: (rule, whose) => `${rule} de ${whose} : levée.`,
    unknown: (what) => `Aucune limite ne refuse ${what}.`,
  },

  keys: {
    about: "Clés qui signent les jetons d'accès",
    listAbout: 'Lister les clés de signature',
    none: 'Pas encore de clé : le premier démarrage en crée une.',
    columns: { id: 'identifiant', algorithm: 'algorithme', state: 'état', created: 'créée', signs: 'signe dès' },
    states: { next: 'suivante', signing: 'signe', verifying: 'vérifie' },
    rotateAbout: 'Publier une nouvelle clé de signature ; elle signe quand chacun a pu la voir',
    rotated: (id, at) => `${id} est publiée ; elle signe à partir de ${at}.`,
  },

  audit: {
    about: 'Le journal d’audit',
    exportAbout:
      'Écrire le journal d’audit sur la sortie standard, du plus ancien au plus récent ; la dernière ligne dit qu’il est complet',
    format: 'csv, ou jsonl : une ligne de JSON par entrée',
    by: 'Fait par cet administrateur (adresse e-mail ou identifiant)',
    action: 'Cette action, ou toutes celles qui commencent ainsi : session:',
    resource: 'Sur ce genre de chose',
    resourceId: 'Sur celle-ci',
    ip: 'Depuis cette adresse',
    since: 'À partir de ce jour ou moment : 2026-01-31, ou 2026-01-31T12:00Z',
    until: 'Avant ce jour ou moment',
    failed: 'Seulement ce qui a été refusé',
    verifyAbout: 'Vérifier que le journal d’audit est tel qu’il a été écrit',
    anchorAddress:
      'Ce n’est ni un fichier, ni une adresse sans secret. Les objets d’un dépôt sont d’abord lus ensemble : rclone cat remote:bucket/prefix > anchors.jsonl',
    anchor: 'Comparer aux points de contrôle gardés par une ancre',
    anchored: (compared, position, at) =>
      position === 0
        ? 'L’ancre ne contient aucun point de contrôle.'
        : `${plural(compared, 'point de contrôle', 'points de contrôle')} de l’ancre comparés ; le dernier est ${position}, du ${at}.`,
    from: 'Commencer au dernier point de contrôle avant cette position',
    restored: (at, position) =>
      `Restauré depuis une sauvegarde le ${at} : ce qui a été enregistré après l’entrée ${position} jusque-là n’est pas dans ce journal.`,
    progress: (entries, of, perSecond) =>
      `${entries.toLocaleString('fr')} sur ${plural(of, 'entrée', 'entrées')}, ${perSecond.toLocaleString('fr')} par seconde`,
    whole: (entries, from, to, checkpoints, seconds) =>
      entries === 0
        ? 'Le journal d’audit est intact : il est vide.'
        : `Le journal d’audit est intact : ${plural(entries, 'entrée', 'entrées')} (${from}–${to}), ${plural(checkpoints, 'point de contrôle', 'points de contrôle')}, en ${seconds} s.`,
    tampered: (count) =>
      `Le journal d’audit n’est pas tel qu’il a été écrit : ${plural(count, 'anomalie', 'anomalies')}. Avant toute chose, gardez une copie de la base de données.`,
    more: (count) => `et ${count.toLocaleString('fr')} de plus`,
    removed: (position) => `Jusqu’à ${position}, les entrées ont été retirées à la fin de leur durée.`,
    acceptAbout:
      'Prendre le journal d’audit tel qu’il est, anomalies comprises, et continuer : une fois que vous savez ce qui est arrivé',
    reason: 'Ce qui est arrivé, pour le journal',
    nothingToAccept: 'Le journal d’audit est intact : il n’y a rien à accepter.',
    acceptedNow: (position, faults) =>
      `Le journal d’audit continue après ${position}. ${plural(faults, 'anomalie prise telle quelle', 'anomalies prises telles quelles')} : au journal sous audit:accept.`,
    accepted: (position) =>
      `Jusqu’à ${position}, un opérateur a pris les entrées telles quelles, anomalies comprises : rien ne s’en porte garant.`,
    founded: (at) => `La chaîne a été commencée le ${at}.`,
    unreadable: (count) => `${plural(count, 'ligne de l’ancre est illisible', 'lignes de l’ancre sont illisibles')}.`,
    underOldKeys: (count) =>
      `${count.toLocaleString('fr')} sous des secrets qui ne sont plus dans VIGILE_SECRET : ce qui a été signé depuis s’en porte garant.`,
    faults: {
      changed: 'cette entrée a été modifiée',
      inserted: 'cette entrée n’a pas été écrite par ce site',
      missing: 'supprimé',
      moved: 'cette entrée ne suit pas la précédente : quelque chose a été déplacé, supprimé ou ajouté ici',
      blanked: 'adresse, navigateur ou e-mail ont été effacés, alors qu’aucun compte n’a été supprimé',
      truncated: 'supprimé : le journal s’arrête avant sa propre fin signée',
      unsealed: 'cette entrée attend depuis plus d’une minute d’être scellée : quelque chose en empêche le serveur',
      unknown_key:
        'cette entrée relève d’un secret absent de VIGILE_SECRET : ajoutée par un inconnu, ou ce secret est à remettre',
      checkpoint_forged: 'ce point de contrôle n’a pas été signé par ce site',
      checkpoint_mismatch:
        'le journal diffère de ce qui a été signé ici : quelque chose a changé depuis le point de contrôle précédent',
      checkpoint_missing: 'le point de contrôle signé ici a été supprimé',
      head_missing: 'la fin signée du journal a été supprimée',
      head_forged: 'la fin signée du journal a été modifiée',
      head_unknown_key:
        'la fin du journal est signée sous un secret absent de VIGILE_SECRET : remettez-le, en dernier dans la liste',
      head_mismatch:
        'le journal diffère de sa propre fin signée : quelque chose a changé depuis le dernier point de contrôle',
      beyond_head: 'ajouté après la fin signée du journal',
      anchor_forged: 'cette ligne de l’ancre n’a pas été signée par ce site',
      anchor_mismatch:
        'le journal diffère de ce qui a été ancré : il a été remplacé, signatures comprises, par un autre',
      anchor_gap: 'ce point de contrôle manque dans l’ancre, qui en a de plus récents',
      anchor_empty: 'l’ancre n’a aucun point de contrôle de ce journal auquel le comparer',
      anchor_behind:
        'l’ancre s’arrête plus de cinq minutes avant : c’est une vieille copie, ou quelque chose en éloigne les points de contrôle',
    },
  },

  alerts: {
    about: 'Ce qui a paru suspect',
    listAbout: 'Lister les alertes, de la plus récente à la plus ancienne',
    open: 'Seulement celles que personne n’a acquittées',
    rule: 'Seulement celles de cette règle',
    limit: 'Combien au plus : 1 à 200 (50)',
    after: 'La page suivante : ce que la précédente donne à la fin',
    none: 'Il n’y a pas d’alerte.',
    columns: {
      id: 'identifiant',
      first: 'début',
      severity: 'gravité',
      rule: 'règle',
      subject: 'à propos de',
      count: 'fois',
      seen: 'acquittée par',
    },
    severities: { warning: 'attention', critical: 'critique' },
    more: (next) => `Il y en a plus : --after ${next}`,
    acknowledgeAbout: 'Dire que quelqu’un s’est occupé d’une alerte',
    id: 'Identifiant de l’alerte',
    acknowledged: (rule, subject) => `${rule}${subject && ` de ${subject}`} : acquittée.`,
    unknown: (id) => `Aucune alerte ouverte n’a l’identifiant ${id}.`,
  },

  webhook: {
    about: 'Le webhook qui reçoit les alertes',
    testAbout: 'Lui envoyer un message signé de type test, et dire ce qui revient',
    arrived: (status) => `Le webhook a pris un message de test : il a répondu ${status}.`,
    answered: (status) =>
      status >= 300 && status < 400
        ? `Le webhook a répondu ${status}, qui mène ailleurs : indiquez dans VIGILE_ALERT_WEBHOOK où cela mène.`
        : `Le webhook a répondu ${status} : il ne prend pas de messages, ou ne connaît pas WEBHOOK_SECRET.`,
    noAnswer: (why) => `Le webhook n’a pas répondu : ${why}`,
    notConfigured: 'Il n’y a pas de webhook. Définissez VIGILE_ALERT_WEBHOOK et WEBHOOK_SECRET : docs/alerts.md.',
  },

  backup: {
    about: 'Prendre une sauvegarde : toute la base, compressée et chiffrée',
    listAbout: 'Lister les sauvegardes',
    drillAbout: 'Éprouver la dernière sauvegarde : la restaurer dans une base d’essai, comparer, se connecter',
    keyAbout: 'Faire une clé pour les sauvegardes',
    which: 'Nom ou fichier d’une sauvegarde (par défaut : la dernière)',
    drillInto: 'Créer la base d’essai sur ce serveur (par défaut : là où est la base)',
    settings: {
      to: 'Un chemin absolu, ou s3://bucket/prefixe',
      noKey: 'Ce n’est pas une clé d’age',
      key: 'age1… écrit les sauvegardes, AGE-SECRET-KEY-1… les lit aussi ; les deux se font avec : vigile backup key. Ou dites plain : qui obtient une sauvegarde a alors tout ce qu’elle contient',
      schedule: 'Un motif cron comme 30 2 * * *, ou off',
      onlyWrites: 'Elle ne fait qu’écrire les sauvegardes, et VIGILE_BACKUP_DRILL_SCHEDULE les lit',
      reads: 'AGE-SECRET-KEY-1…, sur un nœud qui peut l’avoir ; ou retirez ici l’horaire des épreuves',
      keep: 'Combien de jours, de semaines et de mois gardent une sauvegarde : 7d,4w,12m',
    },
    columns: { name: 'nom', taken: 'prise', size: 'taille', rows: 'lignes', encryption: 'chiffrement' },
    none: 'Aucune sauvegarde. Prenez-en une avec : vigile backup',
    noPlace:
      'Aucun lieu n’est réglé pour les sauvegardes : VIGILE_BACKUP_TO=/var/backups/vigile ou s3://bucket/prefixe',
    notFound: (name, place) =>
      name === null ? `Il n’y a aucune sauvegarde dans ${place}.` : `Il n’y a pas de sauvegarde ${name} dans ${place}.`,
    passedOver: (names) =>
      `Laissées de côté, car elles sont d’une autre base, ou qu’aucun secret de VIGILE_SECRET ne répond de ce qu’elles disent : ${names.join(', ')}. Voir : vigile backup list`,
    several: (newest, rival) =>
      `Il y a là des sauvegardes de deux bases : l’une a été restaurée d’une sauvegarde de l’autre (une répétition ?), et toutes deux ont continué. Rien n’a été fait. Nommez celle que vous voulez : ${newest} ou ${rival}. Voir : vigile backup list`,
    otherKind: (kind) =>
      `C’est une sauvegarde ${kind === 'postgres' ? 'de PostgreSQL' : 'd’une base intégrée'} : nommez une base de cette sorte avec --into`,
    refused: {
      manifest_damaged: 'Son manifeste n’est pas tel qu’il a été écrit : rien n’a été fait.',
      unknown_secret: (id) =>
        `Elle a été faite sous un secret qui n’est pas dans VIGILE_SECRET (id ${id}) : remettez-le, en dernier de la liste.`,
      other_database: 'Elle est d’une autre base, restaurée d’une sauvegarde et qui a suivi son propre chemin.',
      damaged: 'La sauvegarde n’est pas telle qu’elle a été écrite, ou pas entière : rien n’a été fait.',
      wrong_key: 'VIGILE_BACKUP_KEY n’est pas la clé pour laquelle elle a été faite : rien n’a été fait.',
      key_only_writes:
        'VIGILE_BACKUP_KEY ne peut qu’écrire des sauvegardes, ou manque. Donnez celle qui commence par AGE-SECRET-KEY-1.',
    },
    interrupted: 'Interrompu : ce qui était commencé est défait.',
    notNotedEmpty: 'La base est vide, rien n’y est donc noté : restaurez d’abord une sauvegarde.',
    notNoted: (why) => `La base ne le sait pas, donc ni les métriques ni le docteur : ${why}`,
    taking: (size) => `Sauvegarde… ${size}`,
    checking: (size, of) => `Vérification de la sauvegarde… ${size} sur ${of}`,
    restoring: (size, of) => `Restauration… ${size} sur ${of}`,
    taken: (name, place, size, rows, seconds) =>
      `${name} est dans ${place} : ${plural(rows, 'ligne', 'lignes')}, ${size}, en ${seconds} s.`,
    isPlain: 'Elle n’est pas chiffrée : qui l’obtient a tout ce qu’elle contient.',
    removed: (count) => `${plural(count, 'ancienne sauvegarde retirée', 'anciennes sauvegardes retirées')}.`,
    key: (identity, recipient) => [
      `Pour les serveurs, qui ne font alors qu’écrire :  VIGILE_BACKUP_KEY=${recipient}`,
      `Pour restaurer ; gardez-la loin d’eux :           VIGILE_BACKUP_KEY=${identity}`,
    ],
    drilled: (name, at, seconds) => `${name}, du ${at}, restaurée et utilisée en ${seconds} s`,
    rowsEqual: (rows) => `${plural(rows, 'ligne', 'lignes')} : autant que sauvegardé, dans chaque table`,
    rowsDiffer: (tables) => `les lignes diffèrent : ${tables.join(', ')}`,
    chainWhole: (entries) => `chaîne d’audit intacte : ${plural(entries, 'entrée', 'entrées')}`,
    chainBroken: (faults) => `chaîne d’audit altérée : ${faults.join(', ')}`,
    signsIn: 'un compte d’essai s’est connecté',
    noSignIn: (why) => `un compte d’essai n’a pas pu se connecter : ${why}`,
    missingKeys: (ids) =>
      `Des secrets qui étaient dans VIGILE_SECRET quand elle a été faite n’y sont plus (${ids.join(', ')}) : les sessions et secrets qui en dépendent encore sont inutilisables.`,
  },

  restore: {
    about: 'Ramener la base à une sauvegarde ; chacun se reconnecte, sauf indication contraire',
    into: 'Restaurer dans cette base (par défaut : celle qui est réglée)',
    replace: 'Remplacer ce que la base contient',
    keepSessions: 'Laisser vivre les sessions de la sauvegarde, y compris celles terminées depuis',
    inUse: (name) =>
      `Des serveurs travaillent sur ${name}. Arrêtez-les d’abord. Les connexions que garde un pooler comptent 15 secondes.`,
    unreadable: (name) =>
      `${name} est endommagée : on ne peut pas la lire. Mettez-la de côté, avec ${name}-wal et ${name}-shm s’ils y sont, et restaurez de nouveau.`,
    notEmpty: (name, tables) =>
      `${name} n’est pas vide (${plural(tables, 'table', 'tables')}). Donnez-en une vide avec --into, ou ajoutez --replace.`,
    ask: (name, tables, at) =>
      `Tout ce qui est dans ${name} (${plural(tables, 'table', 'tables')}) est remplacé par ce qui y était le ${at}. Tapez ${name} pour continuer : `,
    done: (name, at, into, rows) =>
      `${name}, du ${at}, est restaurée dans ${into} : ${plural(rows, 'ligne', 'lignes')}. Les serveurs peuvent repartir.`,
    sessionsEnded: 'Toutes les sessions sont terminées : chacun se reconnecte.',
    sessionsKept: 'Les sessions de la sauvegarde vivent, y compris celles terminées depuis.',
    grants: 'Les droits d’autres rôles ne font pas partie d’une sauvegarde : accordez-les de nouveau s’il y en avait.',
  },

  cleanup: {
    about: 'Retirer ce qui a pris fin : sessions, jetons, états',
    working: 'Nettoyage en cours…',
    done: ({ sessions, devices, pendingSignIns, links, letters, alerts, seconds }) =>
      `Retirés : ${plural(sessions, 'session', 'sessions')}, ${plural(devices, 'appareil', 'appareils')}, ${plural(pendingSignIns, 'connexion inachevée', 'connexions inachevées')}, ${plural(links, 'lien', 'liens')}, ${plural(letters, 'lettre', 'lettres')} et ${plural(alerts, 'alerte', 'alertes')}, en ${seconds} s.`,
  },

  doctor,
  status,

  routes: {
    about: 'Lister tout ce qui répond, avec la garde et la limite qui le protègent',
    columns: { method: 'méthode', path: 'chemin', guard: 'garde', limit: 'limite' },
  },

  pages: {
    home: 'Vers l’accueil',
    notFound: { title: 'Il n’y a rien ici', text: 'L’adresse est fausse, ou ce qui était ici n’y est plus.' },
    methodNotAllowed: { title: 'Cette page ne peut être que lue', text: 'Elle accepte GET et HEAD, rien d’autre.' },
    unavailable: {
      title: 'Impossible à dire pour le moment',
      text: 'Une partie de ce service ne répond pas. Vous n’avez pas été déconnecté. Réessayez dans un instant.',
    },
    failed: {
      title: 'Quelque chose a échoué ici',
      text: 'C’est enregistré sous le numéro ci-dessous. Réessayez dans un instant.',
    },
    mailbox: {
      title: 'Boîte aux lettres',
      about:
        'Ce que ce site a écrit depuis son démarrage, le plus récent d’abord. Il est en développement : rien n’a été envoyé.',
      empty: 'Rien encore. Ce site est en développement : ce qu’il écrit aux gens s’affiche ici, sans être envoyé.',
    },
    unbuilt: {
      title: 'Les pages ne sont pas encore construites',
      text: 'L’API fonctionne. Construisez les pages avec « npm run build --workspace console », puis redémarrez.',
    },
  },
}
