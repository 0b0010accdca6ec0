export function Logo() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#3b5bdb" />
      <path d="M16 5c4 5 6.5 8 6.5 12a6.5 6.5 0 0 1-13 0C9.5 14 12.5 11.5 16 5z" fill="#fff" />
      <path d="M16 16v11" stroke="#3b5bdb" strokeWidth="2.5" strokeLinecap="round" />
    </svg>
  );
}
