/** Somebody who can be chosen. */
import type { Profile } from "@parley/client/wire"
import { Avatar } from "../parts/Avatar.tsx"

interface Props {
  readonly person: Profile
  readonly choose: (userId: string) => void
}

export const PersonButton = ({ choose, person: { name, user_id } }: Props) => (
  <li>
    <button type="button" className="person" onClick={() => choose(user_id)}>
      <Avatar id={user_id} title={name} size="small" />
      <span className="person-name" dir="auto">
        {name}
      </span>
      {name === user_id ? null : <small>{user_id}</small>}
    </button>
  </li>
)
