// What people read, in English. `fr.ts` has the same keys, or it does not compile.
export const en = {
  problems: {
    validation_failed: {
      title: 'Something in the request is not right',
      detail: 'Correct what is named and try again.',
    },
    unauthenticated: { title: 'You are not signed in', detail: 'Sign in and try again.' },
    invalid_credentials: { title: 'Sign-in refused', detail: 'The email or the password is not right.' },
    invalid_token: { title: 'This session cannot be recognised', detail: 'Sign in again.' },
    session_ended: { title: 'Your session is over', detail: 'Sign in again.' },
    proof_required: {
      title: 'Proof from this device is needed',
      detail: 'Try again from the browser that you signed in with.',
    },
    csrf_failed: {
      title: 'The request could not be attributed to this page',
      detail: 'Reload the page and try again.',
    },
    origin_refused: { title: 'The request comes from another site', detail: 'Go to the site itself and try again.' },
    permission_denied: { title: 'You are not allowed to do this', detail: 'Ask an administrator if you need it.' },
    reauthentication_required: { title: 'Please sign in again first', detail: 'This act needs a recent sign-in.' },
    challenge_required: { title: 'The browser is asked to prove its key', detail: 'It does so by itself.' },
    not_found: { title: 'Not found', detail: 'There is nothing here.' },
    method_not_allowed: { title: 'This cannot be done here', detail: 'The address exists, but not for this method.' },
    request_timeout: { title: 'The request took too long to arrive', detail: 'Try again.' },
    stale_token: { title: 'This browser has a newer token', detail: 'Ask again with what it holds now.' },
    email_taken: { title: 'This email already has an account', detail: 'Sign in, or use another email.' },
    payload_too_large: { title: 'The request is too large', detail: 'Send less at once.' },
    unsupported_media_type: { title: 'The request has the wrong form', detail: 'Send JSON, as application/json.' },
    rate_limited: { title: 'Too many attempts', detail: 'Too many attempts. Try again in {{wait}}.' },
    internal_error: {
      title: 'Something went wrong here',
      detail: 'It has been recorded. If it happens again, tell us the number of this request: {{requestId}}.',
    },
    unavailable: {
      title: 'Not available for the moment',
      detail: 'You are still signed in. Try again in a few seconds.',
    },
  },
  keyRequired:
    'Sign-in here needs a browser that holds a key of its own. Allow this site to store data, or use another browser.',
  rateLimitedSignIn: 'Too many sign-in attempts. Try again in {{wait}}.',
  closedSignIn:
    'Too many sign-in attempts: this account is closed to new devices. Sign in from a browser that you have used before, or ask an administrator.',
  wait: {
    seconds_one: '{{count}} second',
    seconds_other: '{{count}} seconds',
    minutes_one: '{{count}} minute',
    minutes_other: '{{count}} minutes',
    hours_one: '{{count}} hour',
    hours_other: '{{count}} hours',
  },
  fields: {
    required: 'This is needed.',
    wrong_type: 'This has the wrong type.',
    unknown: 'This is not known here.',
    too_short: 'At least {{minimum}} characters.',
    too_long: 'At most {{maximum}} characters.',
    invalid: 'This has not the right form.',
    invalid_email: 'This is not an email address.',
    not_one_of: 'One of: {{values}}.',
    not_json: 'This is not JSON.',
    not_utf8: 'This is not UTF-8 text.',
    password_too_short: 'At least {{minimum}} characters.',
    password_too_long: 'At most {{maximum}} characters.',
    password_common: 'This password is one of the most used: it would be guessed at once.',
    password_own_words:
      'This password is little more than a word that belongs to you or to this site: it would be guessed.',
    password_breached: 'This password is known from a data breach. Choose another one.',
    password_unchanged: 'This is the password that you have. Choose another one.',
    password_not_text: 'This password has characters that cannot be typed.',
  },
  continue: {
    title: 'One moment',
    waiting: 'Taking you back to where you were…',
    unavailable: 'The site is not available for the moment. You are still signed in.',
    again: 'Try again',
    noScript: 'JavaScript is needed to go on.',
    signIn: 'Sign in',
  },
}

export type Messages = typeof en
