// Line icons, drawn on a grid of 20. All are decoration: the words beside them say it.
import type { ReactNode } from 'react'

export function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

export const DesktopIcon = () => (
  <Icon>
    <rect x="3.2" y="4" width="13.6" height="9" rx="1.4" />
    <path d="M1.5 16h17" strokeLinecap="round" />
  </Icon>
)

export const MobileIcon = () => (
  <Icon>
    <rect x="5.8" y="2.2" width="8.4" height="15.6" rx="1.8" />
    <path d="M9 15.2h2" strokeLinecap="round" />
  </Icon>
)

export const TabletIcon = () => (
  <Icon>
    <rect x="3.6" y="2.6" width="12.8" height="14.8" rx="1.8" />
    <path d="M9 14.8h2" strokeLinecap="round" />
  </Icon>
)

export const OtherDeviceIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7.2" />
    <path d="M2.8 10h14.4M10 2.8c4.6 4.8 4.6 9.6 0 14.4M10 2.8c-4.6 4.8-4.6 9.6 0 14.4" />
  </Icon>
)

export const LanguageIcon = () => (
  <Icon>
    <path d="M2.6 5.2h9M7.1 3v2.2c0 3.6-1.7 6.3-4.5 7.8M4.6 7.8c1 2.4 3 4.2 5.6 5.2" strokeLinecap="round" />
    <path d="m9.2 17.2 4.1-9.4 4.1 9.4M10.6 14.2h5.4" strokeLinecap="round" strokeLinejoin="round" />
  </Icon>
)

export const ThemeIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 3a7 7 0 0 1 0 14Z" fill="currentColor" />
  </Icon>
)

export const WarningIcon = () => (
  <Icon>
    <path d="M10 3 18 17H2Z" strokeLinejoin="round" />
    <path d="M10 8.2v4M10 14.2v.6" strokeLinecap="round" />
  </Icon>
)

export const NoteIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7.4" />
    <path d="M10 9.2v4.6M10 6.2v.6" strokeLinecap="round" />
  </Icon>
)

export const DoneIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7.4" />
    <path d="m6.6 10.3 2.4 2.4 4.6-5" strokeLinecap="round" strokeLinejoin="round" />
  </Icon>
)

export const PasskeyIcon = () => (
  <Icon>
    <circle cx="7.2" cy="6.4" r="3.2" />
    <path d="M1.6 16.4c.3-3.2 2.5-5 5.6-5 1.2 0 2.2.3 3 .8" strokeLinecap="round" />
    <circle cx="14.4" cy="9.4" r="2.6" />
    <path d="M14.4 12v5.6M14.4 15h1.8" strokeLinecap="round" />
  </Icon>
)

export const PaperIcon = () => (
  <Icon>
    <path d="M5 2.4h7l3.4 3.4v11.8H5Z" strokeLinejoin="round" />
    <path d="M7.6 8.6h5.2M7.6 11.4h5.2M7.6 14.2h3" strokeLinecap="round" />
  </Icon>
)

export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="6.6" r="3.4" />
    <path d="M3.4 17c.4-3.6 3-5.6 6.6-5.6s6.2 2 6.6 5.6" strokeLinecap="round" />
  </Icon>
)
