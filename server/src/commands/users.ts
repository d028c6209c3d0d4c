import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { addUserCreate } from './user-create.ts'
import { addUserImport } from './user-import.ts'
import { addUserList } from './user-list.ts'
import { addUserStates } from './user-states.ts'

export const addUsers = (parent: Command, cli: Cli): void => {
  const group = parent.command('users').description(cli.messages.users.about)
  addUserCreate(group, cli)
  addUserList(group, cli)
  addUserStates(group, cli)
  addUserImport(group, cli)
}
