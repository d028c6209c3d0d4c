// In this repository the engine is a link, and Next would bundle what is linked; this has Node load it when the application runs.
// Where it is installed from a registry, `serverExternalPackages` of next.config.ts alone does that.
export const { createVigile, definePermissions, parseUserId, StoreUnavailableError, peerOf, requestOf } = await import(
  /* turbopackIgnore: true */ '@vigile/engine'
)
