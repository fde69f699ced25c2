/** Who is in a group, and what each may do; read anew whenever that changes. */
import type { Conversation, Role, RosterEntry } from "@parley/client/wire"
import { useEffect, useState } from "react"
import { texts } from "../language/language.ts"
import { useParleyOf } from "../live/ParleyContext.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { IconButton } from "../parts/IconButton.tsx"

interface Props {
  readonly conversation: Conversation
  readonly act: (asked: Promise<unknown>) => Promise<void>
}

const roles: ReadonlyArray<Role> = ["owner", "admin", "member", "reader"]
/** Of a larger group, the first so many are listed. */
const mostListed = 1_000

export const Roster = ({ act, conversation }: Props) => {
  const { archived, id, member_count, role } = conversation
  const { parley } = useParleyOf(id)
  const [members, setMembers] = useState<ReadonlyArray<RosterEntry>>()
  const load = async (): Promise<void> => {
    const found: Array<RosterEntry> = []
    let cursor: string | undefined
    do {
      const page = await parley.groups.roster(id, cursor)
      found.push(...page.items)
      cursor = page.next_cursor
    } while (cursor !== undefined && found.length < mostListed)
    setMembers(found)
  }
  useEffect(() => {
    void act(load())
    // The roster is another one when somebody came, went, or got another role.
  }, [id, member_count, role])
  const change = (asked: Promise<unknown>): void => void act(asked.then(load))
  return (
    <section>
      <h3>{texts.members(member_count)}</h3>
      <ul className="roster">
        {members?.map((member) => {
          const name = parley.people.nameOf(member.user_id)
          const mine = member.user_id === parley.userId
          const owner = role === "owner" && !archived
          const above = role === "admin" && !archived && ["member", "reader"].includes(member.role)
          return (
            <li key={member.user_id} className="person">
              <Avatar id={member.user_id} title={name} size="small" />
              <span className="person-name" dir="auto">
                {mine ? texts.you : name}
              </span>
              {owner ? (
                <select
                  aria-label={texts.roleOf(name)}
                  value={member.role}
                  onChange={(event) =>
                    change(parley.groups.setRole(id, member.user_id, event.target.value as Role))
                  }
                >
                  {roles.map((one) => (
                    <option key={one} value={one}>
                      {texts.roles[one]}
                    </option>
                  ))}
                </select>
              ) : (
                <small>{texts.roles[member.role]}</small>
              )}
              {(owner || above) && !mine ? (
                <IconButton
                  icon="close"
                  label={texts.remove(name)}
                  onClick={() => change(parley.groups.remove(id, [member.user_id]))}
                />
              ) : null}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
