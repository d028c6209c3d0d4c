// Run by Next when the server starts, and not while it builds.
export const register = async (): Promise<void> => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { prepare } = await import('./lib/prepare.ts')
  await prepare()
}
