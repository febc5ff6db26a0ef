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
  const numbers = new Map(imports.map(({ id, number }) => [id, number]));
  const known = new Map(imports.map((record) => [record.pk, record]));
  const eventOf = ({ import: plan, row }: RecordEvent): readonly UserEvent[] => {
    const record = known.get(plan);
    return record === undefined || record.change === null
      ? []
      : [userEvent(record, record.change, row, (id) => (id === null ? null : (numbers.get(id) ?? null)))];
  };
  return people.map(({ pk, ...person }) => ({ ...person, events: engine.events("users", pk).flatMap(eventOf) }));
};

const userEvent = (
  { id, detail, createdAt }: ImportRecord,
  change: number,
  { action, changed, setsSecret, before, after }: RecordEvent["row"],
  numberOf: (id: string | null) => string | null,
): UserEvent => ({
  change,
  importId: id,
  at: detail.committedAt ?? createdAt,
  actor: detail.actor,
  mode: detail.request?.mode ?? "undo",
  fileName: detail.request?.fileName ?? "",
  revertsNumber: numberOf(detail.reverts),
  revertedByNumber: numberOf(detail.revertedBy),
  action: action as UserEvent["action"],
  changed,
  setsSecret,
  before,
  after,
});
