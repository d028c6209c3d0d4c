import type { Contact } from './contacts.ts'

type Read =
  | { readonly ok: true; readonly contact: Omit<Contact, 'id'> }
  | { readonly ok: false; readonly problem: { readonly title: string; readonly status: 400; readonly detail: string } }

const fault = (detail: string): Read => ({
  ok: false,
  problem: { title: 'La demande contient une erreur', status: 400, detail },
})

/** Sans `?`, `&`, `%`, `#` : dans un lien `mailto:` ils ajouteraient d'autres destinataires. */
const email = /^[\w.!$'*+/=^`{|}~-]+@[\w-]+(\.[\w-]+)+$/

/** Ce qu'un formulaire envoie, vérifié : du texte, de longueur bornée. */
export const readContact = (body: unknown): Read => {
  const { name, company = '', email: address } = (body ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100)
    return fault('Le nom est obligatoire (100 caractères au plus).')
  if (typeof company !== 'string' || company.length > 100) return fault('L’entreprise compte 100 caractères au plus.')
  if (typeof address !== 'string' || address.length > 254 || !email.test(address))
    return fault('L’adresse e-mail du contact n’est pas valable.')
  return { ok: true, contact: { name: name.trim(), company: company.trim(), email: address } }
}
