'use client'

// Here as well, so that the frame stays around it.
export { default } from '../error.tsx'
