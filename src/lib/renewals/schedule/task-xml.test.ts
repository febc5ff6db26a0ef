import { expect, test } from "vitest";
import { encodeTask, renderTaskXml, type DailyTask } from "./task-xml.ts";

const TASK: DailyTask = {
  at: { hour: 9, minute: 0 },
  timezone: "Asia/Tokyo",
  now: new Date("2026-11-20T16:00:00Z"),
  scope: ["--all-contexts"],
  variables: new Map([["CLOMOCTL_LANG", "ja"]]),
  folders: [],
};

test("the task is UTF-16 with a byte order mark, and declares that", () => {
  const bytes = Buffer.from(encodeTask(TASK));
  expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0x00]);
  expect(bytes.toString("utf16le")).toBe(`\uFEFF${renderTaskXml(TASK)}`);
  expect(renderTaskXml(TASK)).toMatch(/^<\?xml version="1\.0" encoding="UTF-16"\?>\r\n<Task version="1\.2"/);
});

test("starts on the current day of the time zone, with the zone's offset", () => {
  expect(renderTaskXml(TASK)).toContain("<StartBoundary>2026-11-21T09:00:00+09:00</StartBoundary>");
  expect(renderTaskXml({ ...TASK, timezone: "America/New_York" })).toContain("2026-11-20T09:00:00-05:00");
});

test("elements are in the order of the schema", () => {
  const names = [...renderTaskXml(TASK).matchAll(/<([A-Z]\w+)/g)].map(([, name]) => name);
  expect(names.join(" ")).toBe(
    [
      "Task RegistrationInfo Author Description",
      "Triggers CalendarTrigger StartBoundary ScheduleByDay DaysInterval",
      "Settings MultipleInstancesPolicy DisallowStartIfOnBatteries StopIfGoingOnBatteries",
      "StartWhenAvailable ExecutionTimeLimit Actions Exec Command Arguments",
    ].join(" "),
  );
});

test("finds the program at run time, and passes what it needs", () => {
  const xml = renderTaskXml({
    ...TASK,
    scope: ["--context", "本社 & 支社"],
    variables: new Map([["CLOMOCTL_HOME", String.raw`D:\管理 <1>`]]),
    folders: [String.raw`C:\Program Files\nodejs`],
  });
  expect(xml).toContain(
    String.raw`set "PATH=%PATH%;C:\Program Files\nodejs;%APPDATA%\npm;%ProgramFiles%\nodejs" &amp; set "CLOMOCTL_HOME=D:\管理 &lt;1&gt;"`,
  );
  expect(xml).toContain(`call clomoctl renewals check "--quiet" `.replaceAll('"--quiet"', "--quiet"));
  expect(xml).toContain('"--context" "本社 &amp; 支社"');
});

test.each(['a"b', "%PATH%", "a\nb"])("refuses %j, which cmd.exe would interpret", (name) => {
  expect(() => renderTaskXml({ ...TASK, scope: ["--context", name] })).toThrow(
    expect.objectContaining({ code: "usage" }),
  );
});

test("refuses a folder that cmd.exe would interpret", () => {
  expect(() => renderTaskXml({ ...TASK, folders: [String.raw`C:\100%\nodejs`] })).toThrow(
    expect.objectContaining({ code: "usage" }),
  );
});
