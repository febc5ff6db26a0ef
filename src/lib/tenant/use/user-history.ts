import type { UserEvent, UserHistory } from "../../contract/index.ts";
import type { Session } from "../session.ts";
import type { ImportEngine, RecordEvent } from "../store/imports/engine.ts";
import { listImports, type ImportRecord } from "../store/imports/record.ts";
import { findPeople } from "../store/users.ts";

/** What imports did to the users that a name matches; see `findPeople`. */
export const userHistory = async (
  session: Session,
  engine: ImportEngine,
  name: string,
): Promise<readonly UserHistory[]> => {
  const { people, imports } = await session.read(async (reader) => ({
    people: await findPeople(reader, name),
    imports: await listImports(reader),
  }));
  const numbers = new Map(imports.map(({ id, pk }) => [id, pk]));
  const known = new Map(imports.map((record) => [record.pk, record]));
  const eventOf = ({ import: number, row }: RecordEvent): readonly UserEvent[] => {
    const record = known.get(number);
    return record === undefined
      ? []
      : [userEvent(record, row, (id) => (id === null ? null : (numbers.get(id) ?? null)))];
  };
  return people.map(({ pk, ...person }) => ({ ...person, events: engine.events("users", pk).flatMap(eventOf) }));
};

const userEvent = (
  { pk, id, detail, createdAt }: ImportRecord,
  { action, changed, setsSecret, before, after, untold }: RecordEvent["row"],
  numberOf: (id: string | null) => number | null,
): UserEvent => ({
  number: pk,
  importId: id,
  at: detail.committedAt ?? createdAt,
  actor: detail.actor,
  mode: detail.request?.mode ?? "revert",
  fileName: detail.request?.fileName ?? "",
  revertsNumber: numberOf(detail.reverts),
  revertedByNumber: numberOf(detail.revertedBy),
  action: action as UserEvent["action"],
  changed,
  setsSecret,
  before,
  after,
  ...(untold && { untold }),
});
