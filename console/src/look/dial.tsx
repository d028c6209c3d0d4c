// The watch dial: a day of 24 hours, the night's four watches as the Romans kept them, and a lamp at the present hour.
import { useState } from 'react'
import styles from './dial.module.css'

const lampAngle = 205
const degreesAnHour = 360 / 24
/** The night runs from 18 to 6 o'clock, in four watches of three hours. */
const watches = ['I', 'II', 'III', 'IV']

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
  const lamp = point(lampAngle, 180)
  return (
    <svg className={className} viewBox="-200 -200 400 400" aria-hidden="true">
      <defs>
        <radialGradient id="lamp-light">
          <stop offset="0" className={styles.lightNear} />
          <stop offset="1" className={styles.lightFar} />
        </radialGradient>
      </defs>
      <circle className={styles.light} cx={lamp.x} cy={lamp.y} r="150" fill="url(#lamp-light)" />
      <g className={styles.turning}>
        <g className={styles.lines} transform={`rotate(${lampAngle - hours * degreesAnHour})`}>
          <circle r="180" className={styles.ring} />
          <circle r="164" className={styles.quarters} pathLength="96" />
          <circle r="160" className={styles.hours} pathLength="24" />
          <circle r="104" className={styles.ring} />
          {watches.map((numeral, index) => {
            const from = (18 + index * 3) * degreesAnHour
            const at = point(from + 22.5, 134)
            return (
              <g key={numeral}>
                <path d={arc(from + 1.5, from + 43.5, 180)} className={styles.watch} />
                <text transform={`translate(${at.x} ${at.y}) rotate(${from + 22.5 + 90})`} className={styles.numeral}>
                  {numeral}
                </text>
              </g>
            )
          })}
        </g>
      </g>
      <circle cx={lamp.x} cy={lamp.y} r="5" className={styles.lamp} />
    </svg>
  )
}
