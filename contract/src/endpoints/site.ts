// What a site tells of itself.
import { z } from 'zod'
import { healthSchema } from '../schemas.ts'
import { type Endpoint, json } from './endpoint.ts'

export const siteEndpoints = {
  authHealth: {
    method: 'GET',
    path: './health',
    summary: 'Whether this node can serve',
    answers: { 200: json(healthSchema, 'Ready.'), 503: json(healthSchema, 'Not ready.') },
    refuses: [],
  },
  live: {
    method: 'GET',
    path: '/health/live',
    summary: 'Whether the process runs',
    answers: { 200: json(healthSchema, 'It runs.') },
    refuses: [],
  },
  ready: {
    method: 'GET',
    path: '/health/ready',
    summary: 'Whether this node can serve',
    answers: { 200: json(healthSchema, 'Ready.'), 503: json(healthSchema, 'Not ready.') },
    refuses: [],
  },
  jwks: {
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The public keys that verify access tokens (RFC 7517)',
    answers: { 200: json(z.object({ keys: z.array(z.record(z.string(), z.unknown())) }), 'The key set.') },
    refuses: [],
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    answers: { 200: json(z.record(z.string(), z.unknown()), 'OpenAPI 3.1.') },
    refuses: [],
  },
} as const satisfies Record<string, Endpoint>
