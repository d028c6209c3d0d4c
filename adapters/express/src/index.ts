export { type ExpressOptions, vigile } from './vigile.ts'
