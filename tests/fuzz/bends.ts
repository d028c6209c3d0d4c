// What is wrong with a request: one place in which it differs from what is meant.
import fc from 'fast-check'
import { anything, brokenJson, oddHeaders, word } from './odd.ts'
import { encodeSegment, type Shot } from './shot.ts'

export type Bend = (shot: Shot) => Shot

const changeBody =
  (change: (body: object) => unknown): Bend =>
  (shot) =>
    typeof shot.body === 'object' && shot.body !== null ? { ...shot, body: change(shot.body) } : shot

const fieldName = fc.oneof(
  fc.constantFrom('email', 'password', 'name', 'locale', 'retry', 'settled', 'only', 'currentPassword', 'newPassword'),
  word,
)

export const bends: fc.Arbitrary<Bend> = fc.oneof(
  fc.tuple(fieldName, anything).map(([name, value]) => changeBody((body) => ({ ...body, [name]: value }))),
  fc.nat({ max: 5 }).map((place) =>
    changeBody((body) => {
      const names = Object.keys(body)
      return Object.fromEntries(Object.entries(body).filter(([name]) => name !== names[place % names.length]))
    }),
  ),
  anything.map((value) => changeBody(() => value)),
  brokenJson.map(
    (raw): Bend =>
      (shot) => ({ ...shot, raw }),
  ),
  fc.constant<Bend>((shot) => ({ ...shot, body: undefined })),
  oddHeaders.map(
    (headers): Bend =>
      (shot) => ({ ...shot, headers: { ...shot.headers, ...headers } }),
  ),
  fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'QUERY').map(
    (method): Bend =>
      (shot) => ({ ...shot, method }),
  ),
  fc.tuple(word, word).map(
    ([name, value]): Bend =>
      (shot) => ({ ...shot, query: `${shot.query}&${encodeSegment(name)}=${encodeSegment(value)}` }),
  ),
  word.map(
    (text): Bend =>
      (shot) => ({ ...shot, path: shot.path.replace(/[^/]*$/, encodeSegment(text)) }),
  ),
  word.map(
    (text): Bend =>
      (shot) => ({ ...shot, path: `${shot.path}/${encodeSegment(text)}` }),
  ),
  fc
    .constantFrom<(path: string) => string>(
      (path) => path.toUpperCase(),
      (path) => path.replaceAll('/', '//'),
      (path) => `${path}/`,
      (path) => path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
      (path) => path.replace('/', '/./'),
      (path) => `${path};a=b`,
    )
    .map(
      (change): Bend =>
        (shot) => ({ ...shot, path: change(shot.path) }),
    ),
  fc.constant<Bend>((shot) => ({ ...shot, csrf: false })),
  fc.constant<Bend>((shot) => ({ ...shot, origin: false })),
)
