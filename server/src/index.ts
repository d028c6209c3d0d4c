export { defineConfig, type VigileConfig } from './configuration/config.ts'
export { type RunningServer, type ServerConfig, startServer } from './start-server.ts'
