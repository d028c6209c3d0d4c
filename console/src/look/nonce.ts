// The nonce of this answer's Content-Security-Policy: what adds a <style> at run time must bear it.
import { setNonce } from 'get-nonce'

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
// For the scroll lock under dialogs, which takes it from get-nonce.
setNonce(nonce)

export const styleNonce = (): string => nonce
