// Reads /proc about a process: whether it exists, its open files and its memory.
import fs from "node:fs";

/** Whether a process exists. A zombie does not count. */
export function alive(pid) {
  try {
    return !["Z", "X"].includes(fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)[0]);
  } catch {
    return false;
  }
}

/** A field of /proc/PID/status, as text. */
export const statusOf = (pid, field) =>
  fs.readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`^${field}:\\s*(.*)$`, "m"))[1];

/** The largest growth of a process's memory in bytes while `work` ran. */
export async function growthOf(pid, work) {
  const kilobytes = (field) => Number.parseInt(statusOf(pid, field), 10);
  // proc(5): the peak is what it is now. Only root may say that of a process whose memory is closed to others.
  if (process.getuid() === 0) fs.writeFileSync(`/proc/${pid}/clear_refs`, "5");
  const before = kilobytes("VmRSS");
  await work();
  return (kilobytes("VmHWM") - before) * 1024;
}
