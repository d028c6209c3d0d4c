// Signs of our own for the providers, drawn like every icon here: nobody's trademark, and the name stands beside it.
import { Icon } from '../look/icons.tsx'

const Talk = () => (
  <Icon>
    <path
      d="M3 5.4A1.6 1.6 0 0 1 4.6 3.8h10.8A1.6 1.6 0 0 1 17 5.4v6.4a1.6 1.6 0 0 1-1.6 1.6H9.2l-3.8 3v-3h-.8A1.6 1.6 0 0 1 3 11.8Z"
      strokeLinejoin="round"
    />
    <path d="M7.4 8.2v.9M12.6 8.2v.9" strokeLinecap="round" />
  </Icon>
)

const Branch = () => (
  <Icon>
    <circle cx="5.6" cy="4.6" r="2" />
    <circle cx="5.6" cy="15.4" r="2" />
    <circle cx="14.4" cy="6.8" r="2" />
    <path d="M5.6 6.6v6.8M14.4 8.8c0 2.6-2.2 3.4-5 3.8-2 .3-3.4.6-3.7 1.4" strokeLinecap="round" />
  </Icon>
)

/** The first letter of a name, for whoever has no sign of their own. */
const Letter = ({ name }: { readonly name: string }) => (
  <Icon>
    <circle cx="10" cy="10" r="7.6" />
    <text x="10" y="13.6" fill="currentColor" stroke="none" fontSize="10" fontWeight="600" textAnchor="middle">
      {[...name.trim()][0]?.toUpperCase()}
    </text>
  </Icon>
)

const signs: Readonly<Record<string, () => React.JSX.Element>> = { discord: Talk, github: Branch }

export function ProviderGlyph({ id, name }: { readonly id: string; readonly name: string }) {
  const Sign = Object.hasOwn(signs, id) ? signs[id] : undefined
  return Sign ? <Sign /> : <Letter name={name} />
}
