import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { Failure } from "../../../errors/index.ts";
import { same } from "../../../text/index.ts";
import { runWithNote, WriterNote } from "./tenant-file.ts";
import { freshFolder } from "#support/folder.ts";

const LOCKED = new Failure("locked", { what: same("locked"), hint: same("wait") });

let path: string;
beforeEach(() => {
  path = join(freshFolder(), "writer.json");
});

const noteOf = (alive: readonly number[]) => new WriterNote(path, { self: 7, isAlive: (pid) => alive.includes(pid) });

test("while another process writes, a failed lock names it; afterwards it names no process", async () => {
  const note = noteOf([7]);
  const explained = await runWithNote(note.writer("imports commit x"), async () => note.explain(LOCKED));
  expect(explained).toMatchObject({
    code: "locked",
    message: `the tenant is locked by process 7 (imports commit x)`,
    hint: { en: "wait" },
  });
  expect(existsSync(path)).toBe(false);
  expect(note.explain(LOCKED)).toBe(LOCKED);
  const other = new Error("other");
  expect(await runWithNote(note.writer("imports commit x"), async () => note.explain(other))).toBe(other);
});

test("the note is removed if the work fails", async () => {
  const work = () => Promise.reject(new RangeError("no"));
  await expect(runWithNote(noteOf([7]).writer("imports commit x"), work)).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});

test("the note of a dead process is ignored and removed, and that of a running process stays", async () => {
  await runWithNote(noteOf([7]).writer("imports commit x"), async () => {
    noteOf([7]).sweep();
    expect(existsSync(path)).toBe(true);
    expect(noteOf([]).explain(LOCKED)).toBe(LOCKED);
    noteOf([]).sweep();
    expect(existsSync(path)).toBe(false);
  });
});
