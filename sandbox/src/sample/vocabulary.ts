/** Words that a Ugandan hospital's records are made of. */
export const surnames = [
  'Okello',
  'Nakato',
  'Mugisha',
  'Achieng',
  'Byaruhanga',
  'Namubiru',
  'Opio',
  'Auma',
  'Ssekandi',
  'Nabirye',
  'Tumwesigye',
  'Akello',
  'Wasswa',
  'Kiconco',
  'Odongo',
  'Nalwoga',
  'Musoke',
  'Atim',
  'Kagwa',
  'Nyangoma',
  'Ochieng',
  'Babirye',
  'Lubega',
  'Apio',
  'Muwanguzi',
  "N'gandu",
  'Ocen',
  'Kembabazi',
  'Ssebunya',
  'Adong',
] as const;

export const givenNames = [
  'Grace',
  'Joseph',
  'Esther',
  'Moses',
  'Sarah',
  'David',
  'Prossy',
  'Ivan',
  'Agnes',
  'Ronald',
  'Florence',
  'Denis',
  'Juliet',
  'Patrick',
  'Immaculate',
  'Godfrey',
  'Peace',
  'Robert',
  'Scovia',
  'Emmanuel',
  'Harriet',
  'Brian',
] as const;

export const districts = [
  'Gulu',
  'Kampala',
  'Kayunga',
  'Mbarara',
  'Arua',
  'Lira',
  'Jinja',
  'Mbale',
  'Kabale',
  'Soroti',
  'Moroto',
  'Masaka',
] as const;

export const departments = [
  'OPD',
  'Maternity',
  'Paediatrics',
  'Surgery',
  'Laboratory',
  'Pharmacy',
  'Dental',
  'ART clinic',
  'Emergency',
  'Records',
] as const;

/** ICD-10 code and name of what is seen most. */
export const diseases = [
  ['B54', 'Malaria, unspecified'],
  ['J06.9', 'Acute upper respiratory infection'],
  ['A09', 'Gastroenteritis and colitis'],
  ['I10', 'Essential hypertension'],
  ['E11.9', 'Type 2 diabetes mellitus'],
  ['A15.0', 'Tuberculosis of lung'],
  ['B20', 'HIV disease'],
  ['N39.0', 'Urinary tract infection'],
  ['D57.1', 'Sickle-cell disease'],
  ['O80', 'Single spontaneous delivery'],
  ['S52.5', 'Fracture of lower end of radius'],
  ['K29.7', 'Gastritis'],
] as const;

export const tests = [
  'Malaria RDT',
  'CBC',
  'HIV 1/2',
  'Urinalysis',
  'Blood glucose',
  'GeneXpert',
  'LFT',
  'RFT',
  'HbA1c',
  'Widal',
  'CD4 count',
] as const;

export const drugs = [
  'Artemether/Lumefantrine 20/120 mg',
  'Amoxicillin 500 mg',
  'Paracetamol 500 mg',
  'ORS + zinc',
  'Metformin 500 mg',
  'Amlodipine 5 mg',
  'Co-trimoxazole 960 mg',
  'Ceftriaxone 1 g',
  'Oxytocin 10 IU',
  'TDF/3TC/DTG',
  'Hydroxyurea 500 mg',
] as const;

export const dosages = ['1x3', '2x2', '1x1 nocte', '4 tabs stat, then 4 at 8 h', '5 ml tds', 'PRN'] as const;

export const wards = [
  'Maternity',
  'Paediatric',
  'Male medical',
  'Female surgical',
  'ICU',
  'Isolation',
  'TB',
  'Nutrition',
] as const;

export const sentences = [
  'Patient presents with fever for three days, no convulsions.',
  'Temperature settled after the second dose; review in two days.',
  'Ewunyisa bulungi, takyalina musujja.',
  'Referred from HC III with a referral note; mother counselled.',
  'BP 150/95 on both arms, advised on salt and exercise.',
  'Wound clean & dry; sutures out on day 7.',
  'Allergic to penicillin (rash in 2019).',
  'Kop ma peke, en tye maber.',
] as const;
