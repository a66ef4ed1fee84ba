/** Things that prompts often name and no emoji shows; drawn for this project in the icons' 128 x 128 square. */
export const ownDrawings = [
  {
    icon: 'hot-air-balloon',
    label: 'hot air balloon',
    body:
      '<path fill="#e64a3c" d="M64 4C35 4 16 25 16 49c0 21 20 37 34 49h28c14-12 34-28 34-49C112 25 93 4 64 4"/>' +
      '<path fill="#ffca4f" d="M64 4C47 4 36 26 36 49c0 20 12 37 19 49h18c7-12 19-29 19-49C92 26 81 4 64 4"/>' +
      '<path fill="#3d9be0" d="M64 4c-8 0-13 22-13 45c0 20 5 37 8 49h10c3-12 8-29 8-49C77 26 72 4 64 4"/>' +
      '<path fill="#ffffff" fill-opacity=".28" d="M33 24c6-9 15-14 22-16c-13 8-21 24-22 42c-6-3-6-17 0-26"/>' +
      '<path fill="none" stroke="#7a5233" stroke-width="2" d="M51 98l5 12M77 98l-5 12M64 98v12"/>' +
      '<path fill="#b97a3e" d="M53 109h22l-2 15H55z"/><path fill="#8f5a2b" d="M52 107h24v4H52z"/>',
  },
] as const;
