// Whether sessions are bound to the device.
import type { BindingMode } from '../binding/binding.ts'
import type { Faults } from '../messages/fault.ts'

/** `isSecureContext`: https or a loopback host. Elsewhere browsers hold no keys. */
export const bindingOf = (given: BindingMode | undefined, isSecureContext: boolean, faults: Faults): BindingMode => {
  const mode = given ?? 'off'
  if (mode !== 'off' && !isSecureContext) faults.add('sessions.binding', 'insecure_binding')
  return mode
}
