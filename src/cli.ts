import { main } from "./cli/main.ts";
import { createProgramEnvironment } from "./cli/outside.ts";

void main(createProgramEnvironment(process)).then((exit) => {
  process.exitCode = exit;
});
