import type { LabelsOf, NameOf } from './catalogue.ts'

/** Where the engine says what happens. Neither throws, and neither may wait: both are on the way of every request. */
export type Meter = {
  add<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number): void
  record<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, seconds: number): void
}

export const noMeter: Meter = { add: () => {}, record: () => {} }

/** What a gauge shows now. */
export type Reading = {
  [Name in NameOf<'gauge'>]: { readonly name: Name; readonly labels: LabelsOf<Name>; readonly value: number }
}[NameOf<'gauge'>]

export const reading = <Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): Reading =>
  // The compiler does not follow a name through a union; the parameters have been checked.
  ({ name, labels, value }) as unknown as Reading
