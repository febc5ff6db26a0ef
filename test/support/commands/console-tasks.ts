import type { ConsoleTask } from "../../../src/lib/client/index.ts";

type TaskRecord = ConsoleTask["records"][number];

/** Returns a record of a task: a user with a new title. @param of replaces members */
export const recordOf = (of: Partial<TaskRecord> = {}): TaskRecord => ({
  thing: "user",
  kind: "users",
  id: "019a9f3c-5a00-7abc-8def-000000000002",
  work: "edit",
  state: "open",
  name: "髙橋 花子",
  key: "髙橋 花子",
  console: null,
  changes: [{ field: "title", before: "課長", after: "部長" }],
  ...of,
});

/** Returns a task with one record that was changed manually. @param of replaces members */
export const taskOf = (record: Partial<TaskRecord> = {}, of: Partial<ConsoleTask> = {}): ConsoleTask => {
  const only = recordOf(record);
  const count = (work: "create" | "delete"): number => (only.work === work ? 1 : 0);
  return {
    number: 3,
    kind: only.kind,
    name: null,
    create: count("create"),
    update: 1 - count("create") - count("delete"),
    delete: count("delete"),
    leftOut: 0,
    records: [only],
    openedAt: "2026-11-20T01:23:45.000Z",
    openedBy: "owner",
    ...of,
  };
};

/** Returns the task of an import. @param of replaces members */
export const taskOfImport = (of: Partial<ConsoleTask> = {}): ConsoleTask =>
  taskOf(
    {},
    {
      name: "people.csv",
      create: 1,
      update: 2,
      records: [
        recordOf({ name: "山田 太郎", changes: [{ field: "title", before: null, after: "課長" }] }),
        recordOf(),
        recordOf({ name: "新人", work: "create", changes: [{ field: "name", before: null, after: "新人" }] }),
      ],
      ...of,
    },
  );
