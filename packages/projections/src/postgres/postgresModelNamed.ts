/** The read models in Postgres, by the names of those in SQLite. */
import type { ModelName } from "../modelNamed.ts"
import { directory } from "./directory.ts"
import { history } from "./history.ts"
import { membership } from "./membership.ts"
import type { PostgresModel } from "./PostgresModel.ts"
import { receipts } from "./receipts.ts"

export const postgresModelNamed: Readonly<Record<ModelName, PostgresModel>> = {
  history,
  membership,
  receipts,
  directory,
}
