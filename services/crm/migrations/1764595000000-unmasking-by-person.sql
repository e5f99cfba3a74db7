-- So many looks an hour are the person's, who may work in several stores (CRM-2): whoever counts them sees all of them. store_id is where somebody looked.
drop policy own_stores on unmasking;
drop policy across_stores on unmasking;
call declare_scope('unmasking', 'group');
