// A QR code as one SVG path. A chunk of its own: loaded when an authenticator app is set up.
import { encodeQR } from 'qr'
import { useMemo } from 'react'
import styles from './totp-setup.module.css'

/** Empty modules around it, which readers need (ISO/IEC 18004 section 6.3.8). */
const quiet = 4

/** Black on white in the dark as well: many readers know no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const rows = encodeQR(text, 'raw', { ecc: 'medium', border: quiet })
    const dots = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    return { path: dots.join(''), size: rows.length }
  }, [text])
  return (
    <svg
      className={styles.picture}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={`M0 0h${size}v${size}H0z`} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
