import { eventStoreContract } from "../src/contracts/eventStore/eventStoreContract.ts"
import { freshLogAt, onServer, servers } from "../src/contracts/eventStore/onEventStoreDb.ts"

for (const [name, url] of servers()) eventStoreContract(name, freshLogAt(url), onServer)
