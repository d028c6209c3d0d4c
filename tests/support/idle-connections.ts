// What a restart of PostgreSQL, a failover or a firewall does: connections that nobody uses at the moment are ended. Those of
// a client called `test` stay.
import { Client } from 'pg'

export const endIdleConnections = async (connectionString: string): Promise<void> => {
  const client = new Client({ connectionString, application_name: 'test' })
  await client.connect()
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name <> 'test'",
  )
  await client.end()
}
