import type { status as english } from './status-en.ts'

export const status: typeof english = {
  title: 'État du service',
  headlines: {
    up: 'Tout fonctionne',
    degraded: 'Certaines choses prennent plus de temps que d’habitude',
    signInDown: 'La connexion est impossible pour le moment',
    providersDown: (names) => `La connexion avec ${names} est impossible pour le moment`,
    unknown: 'Nous ne pouvons pas le dire pour le moment',
  },
  leads: {
    up: 'Nous ne connaissons aucun problème.',
    signInDown:
      'Vous n’avez pas été déconnecté : aucune session ne prend fin pour cette raison. Réessayez dans un instant.',
    providersDown: 'Toutes les autres façons de se connecter fonctionnent, et qui est connecté le reste.',
    signInDegraded:
      'La connexion fonctionne, un peu plus lentement que d’habitude. Personne n’est déconnecté pour cette raison.',
    emailDegraded: 'Les e-mails arrivent en retard. Aucun n’est perdu.',
    unknown: 'Il n’y a encore rien sur quoi se fonder. Revenez dans une minute.',
  },
  parts: {
    signIn: 'Connexion et sessions',
    email: 'E-mails',
    provider: (name) => `Connexion avec ${name}`,
  },
  states: { up: 'Fonctionne', degraded: 'Plus lent que d’habitude', down: 'Indisponible', unknown: 'Inconnu' },
  unmeasured: 'Non mesuré',
  heading: 'Les 90 derniers jours',
  available: (percent) => `Disponible à ${percent}`,
  neverMeasured: 'Pas encore mesuré',
  bars: (part, incidents, days) =>
    `${part}, les 90 derniers jours : ${incidents === 0 ? 'aucun incident' : incidents === 1 ? 'un incident' : `${incidents} incidents`}, ${days === 1 ? 'un jour mesuré' : `${days} jours mesurés`}.`,
  daysAgo: 'Il y a 90 j',
  today: 'Aujourd’hui',
  and: (names) => new Intl.ListFormat('fr').format(names),
  incidents: 'Incidents',
  noIncidents: 'Aucun à notre connaissance.',
  since: (from, long) => `Depuis le ${from} (${long})`,
  during: (range, long) => `${range} (${long})`,
  incident: (part, state) => `${part} : ${state}`,
  units: { minutes: 'min', hours: 'h', days: 'j' },
  incomplete: 'Il peut manquer quelque chose à ce qui précède : tout y sera de nouveau une fois le service rétabli.',
  asOf: (time) => `Situation du ${time}.`,
  about: 'Le service se mesure lui-même chaque minute. Les heures sont en UTC.',
  data: 'Les mêmes données en JSON',
  back: 'Vers le site',
  other: { locale: 'en', label: 'English' },
}
