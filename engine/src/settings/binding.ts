// Whether sessions are bound to the device.
import type { BindingMode } from '../binding/binding.ts'
import type { Faults } from '../configuration-error.ts'

const modes: readonly BindingMode[] = ['off', 'optional', 'required']

/** `isSecureContext`: https or a loopback host. Elsewhere browsers hold no keys. */
export const bindingOf = (given: BindingMode | undefined, isSecureContext: boolean, faults: Faults): BindingMode => {
  const setting = 'sessions.binding'
  const mode = given ?? 'off'
  if (!modes.includes(mode)) faults.add(setting, `"${mode}" is not known`, `one of ${modes.join(', ')}`)
  if (mode !== 'off' && !isSecureContext)
    faults.add(setting, 'browsers hold keys on secure pages only', 'use https, or leave it off')
  return mode
}
