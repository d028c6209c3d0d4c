import { expect, test } from 'vitest'
import type { EnginePermission, RegisteredPermission } from './permissions.ts'

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false
type Declared = { readonly products: readonly ['read', 'create'] }
type Name = 'products:read' | 'products:create'

// The compiler is the test: it knows nothing of a wrong `true`.
test('RBAC-3 what an application registers is what compiles; registered wrongly, nothing compiles', () => {
  const compiled: readonly true[] = [
    true satisfies Same<RegisteredPermission<Record<never, never>>, string>,
    true satisfies Same<RegisteredPermission<{ permissions: Declared }>, Name | EnginePermission>,
    true satisfies Same<RegisteredPermission<{ permissions: Name }>, never>,
    true satisfies Same<RegisteredPermission<{ permissions: string[] }>, never>,
    true satisfies Same<RegisteredPermission<{ permission: Declared }>, never>,
  ]
  expect(compiled).toHaveLength(5)
})
