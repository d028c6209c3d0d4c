// OPS-1 once more, from a desk before the server is started: weak secrets, a public URL without TLS, settings that can't be.
import { type Check, fail, pass, warn } from '../finding.ts'

export const checkConfiguration: Check = ({ inside }, say) => {
  if (!inside) return [warn(say.configuration.absent, say.configuration.whereItIs)]
  const { faults, warnings, production } = inside
  const found = [
    ...faults.map(({ setting, wrong, right }) => fail(`${setting}: ${wrong}`, right)),
    ...(production ? [] : [fail(say.configuration.development, say.configuration.setProduction)]),
    ...warnings.map((text) => warn(text, say.configuration.look)),
  ]
  return found.length > 0 ? found : [pass(say.configuration.good)]
}
