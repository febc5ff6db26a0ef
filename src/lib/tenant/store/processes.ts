/** Access to the operating system's processes, limited to the functions that the tenant needs. */
export interface Processes {
  readonly self: number;
  isAlive(pid: number): boolean;
}
