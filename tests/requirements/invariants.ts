// The invariants of the session protocol, in a few words.

export const invariants = {
  I1: 'every change is conditional; revocation is terminal and commits even when the answer is an error',
  I2: 'only the auth endpoints set the refresh cookie, and only when the token differs from the one presented',
  I3: 'no refresh or ack answer deletes a cookie',
  I4: 'T < G < D < R, W < G, D > 30 s',
  I5: 'losing a refresh response never leads to a sign-in',
  I6: 'two holders cannot both go on past the second refresh after an acknowledged rotation',
  I7: 'a 409 yields no token, and nothing of the generation',
  I8: 'elevation changes the session id',
  I9: 'no replay, sibling or ack lengthens a session’s life',
  I10: 'decisions come from the primary database’s row and clock',
  I11: 'a failure to revoke, lock or record is an error to the caller',
}
