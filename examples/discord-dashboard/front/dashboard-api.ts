// What the back end gives. The session is Vigile's business: see main.ts.
import { HttpClient } from '@angular/common/http'
import { Injectable, inject } from '@angular/core'
import type { Observable } from 'rxjs'

export type Guild = { id: string; name: string; icon: string | null; canManage: boolean }
export type GuildList = {
  state: 'fresh' | 'old' | 'consent_needed' | 'unavailable'
  guilds: Guild[]
  asOf: number | null
}
export type Announcement = { id: string; by: string; title: string; html: string; link: string | null; at: number }
export type NewAnnouncement = { title: string; html: string; link?: string }

@Injectable({ providedIn: 'root' })
export class DashboardApi {
  readonly #http = inject(HttpClient)

  status(): Observable<{ discord: 'up' | 'down' }> {
    return this.#http.get<{ discord: 'up' | 'down' }>('/api/status')
  }

  guilds(): Observable<GuildList> {
    return this.#http.get<GuildList>('/api/guilds')
  }

  guild(id: string): Observable<{ guild: Guild; announcements: Announcement[] }> {
    return this.#http.get<{ guild: Guild; announcements: Announcement[] }>(`/api/guilds/${id}/announcements`)
  }

  announce(id: string, announcement: NewAnnouncement): Observable<Announcement> {
    return this.#http.post<Announcement>(`/api/guilds/${id}/announcements`, announcement)
  }
}
