// Whether sessions are bound to the device.
import type { BindingMode } from '../binding/binding.ts'
import type { Faults } from '../configuration-error.ts'

/** `isSecureContext`: https or a loopback host. Elsewhere browsers hold no keys. */
export const bindingOf = (given: BindingMode | undefined, isSecureContext: boolean, faults: Faults): BindingMode => {
  const mode = given ?? 'off'
  if (mode !== 'off' && !isSecureContext)
    faults.add('sessions.binding', 'browsers hold keys on secure pages only', 'use https, or leave it off')
  return mode
}
