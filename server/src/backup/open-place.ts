import { createFolderPlace } from './folder-place.ts'
import type { Place } from './place.ts'

/** Whether a text can be a place: an absolute path, or `s3://bucket/prefix`. */
export const isPlace = (to: string): boolean =>
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}(\/[^?#]*)?$/.test(to) || /^\//.test(to)

/** The S3 client is loaded only for such a place. */
export const openPlace = async (to: string, signal?: AbortSignal): Promise<Place> =>
  to.startsWith('s3://')
    ? (await import('./s3-place.ts')).createS3Place(to, { ...(signal && { signal }) })
    : createFolderPlace(to)
