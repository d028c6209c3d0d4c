export { discord, github, google, oauth2, oidc } from '@vigile/engine'
export { defineConfig, type VigileConfig } from './configuration/config.ts'
export { type RunningServer, type ServerConfig, startServer } from './start-server.ts'
