/** The user who did it to others, beside the one it was done to. Its indexes are among the later ones. */
export const auditActors = (): readonly string[] => ['alter table audit_entries add column actor_id text']
