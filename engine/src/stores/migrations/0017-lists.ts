/** What administrators list: its indexes are among the later ones. */
export const lists = (): readonly string[] => []
