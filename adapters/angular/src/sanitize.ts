// What others wrote, made harmless (XSS-1). The rules are those of @vigile/sanitize.
import { Injectable, inject, Pipe, type PipeTransform } from '@angular/core'
import { DomSanitizer, type SafeHtml } from '@angular/platform-browser'
import { sanitizeHtml, sanitizeUrl } from '@vigile/sanitize'

type Text = string | null | undefined

/**
 * For what a pipe can't do. There is no way here to trust HTML as it is.
 *
 * @example
 * readonly #sanitizer = inject(ContentSanitizer)
 */
@Injectable({ providedIn: 'root' })
export class ContentSanitizer {
  readonly #angular = inject(DomSanitizer)

  /** HTML that others wrote, as HTML that is only formatted text. Nothing for nothing. */
  sanitizeHtml(html: Text): string {
    return sanitizeHtml(html)
  }

  /** An address that others wrote, for a `href`: `about:blank` where it would do anything but lead to a page, a mail or a call. */
  sanitizeUrl(url: Text): string {
    return sanitizeUrl(url)
  }

  /** Sanitised here, and then bound by `[innerHTML]` as it is: Angular does not go over it again. */
  trustHtml(html: Text): SafeHtml {
    return this.#angular.bypassSecurityTrustHtml(sanitizeHtml(html))
  }
}

/** `<p [innerHTML]="message.html | safeHtml"></p>` */
@Pipe({ name: 'safeHtml' })
export class SafeHtmlPipe implements PipeTransform {
  readonly #sanitizer = inject(ContentSanitizer)

  transform(html: Text): SafeHtml {
    return this.#sanitizer.trustHtml(html)
  }
}

/** `<a [href]="embed.url | safeUrl">…</a>` */
@Pipe({ name: 'safeUrl' })
export class SafeUrlPipe implements PipeTransform {
  transform(url: Text): string {
    return sanitizeUrl(url)
  }
}
