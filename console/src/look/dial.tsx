// The watch dial: a day of 24 hours, the night's four watches as the Romans kept them, and a lamp at the present hour.
import { useState } from 'react'
import styles from './dial.module.css'

const lampAngle = 205
const degreesAnHour = 360 / 24
/** The night runs from 18 to 6 o'clock, in four watches of three hours. */
const watches = [18, 21, 0, 3]
const numbered = [3, 6, 9, 12, 15, 18, 21, 24]

const point = (degrees: number, radius: number) => {
  const radians = (degrees * Math.PI) / 180
  return { x: Math.cos(radians) * radius, y: Math.sin(radians) * radius }
}

const arc = (from: number, to: number, radius: number) => {
  const start = point(from, radius)
  const end = point(to, radius)
  return `M${start.x} ${start.y}A${radius} ${radius} 0 0 1 ${end.x} ${end.y}`
}

const hoursNow = () => {
  const now = new Date()
  return now.getHours() + now.getMinutes() / 60
}

/** Decoration. The lamp keeps its place; the dial turns under it, so that the lamp is at the present hour. */
export function Dial({ className }: { className?: string | undefined }) {
  const [hours] = useState(hoursNow)
  const turn = lampAngle - hours * degreesAnHour
  const lamp = point(lampAngle, 180)
  return (
    <svg className={`${styles.dial} ${className}`} viewBox="-200 -200 400 400" aria-hidden="true">
      <defs>
        <radialGradient id="lamp-light">
          <stop offset="0" className={styles.lightNear} />
          <stop offset="0.22" className={styles.lightInner} />
          <stop offset="0.55" className={styles.lightOuter} />
          <stop offset="1" className={styles.lightFar} />
        </radialGradient>
      </defs>
      <circle className={styles.light} cx={lamp.x} cy={lamp.y} r="190" fill="url(#lamp-light)" />
      <g className={styles.turning}>
        <g className={styles.lines} transform={`rotate(${turn})`}>
          <circle r="180" className={styles.ring} />
          <circle r="164" className={styles.quarters} pathLength="96" />
          <circle r="160" className={styles.hours} pathLength="24" />
          <circle r="110" className={styles.ring} />
          <circle r="48" className={styles.ring} />
          {watches.map((hour) => (
            <path
              key={hour}
              d={arc(hour * degreesAnHour + 1.2, (hour + 3) * degreesAnHour - 1.2, 180)}
              className={styles.watch}
            />
          ))}
        </g>
        {numbered.map((hour) => {
          const at = point(hour * degreesAnHour + turn, 138)
          return (
            <text key={hour} x={at.x} y={at.y} className={styles.number}>
              {hour}
            </text>
          )
        })}
      </g>
      <circle cx={lamp.x} cy={lamp.y} r="5" className={styles.lamp} />
    </svg>
  )
}
