-- Applications of the agencies in the database, year by year: received, carried in, granted, and the share granted of all handled.
SELECT agency,
       year,
       MAX(total) FILTER (WHERE row = 'new')           AS received,
       MAX(total) FILTER (WHERE row = 'carried_in')    AS carried_in,
       MAX(total) FILTER (WHERE row = 'handled_total') AS handled,
       MAX(total) FILTER (WHERE row = 'granted')       AS granted,
       ROUND(100.0 * MAX(total) FILTER (WHERE row = 'granted')
                   / NULLIF(MAX(total) FILTER (WHERE row = 'handled_total'), 0), 1) AS granted_percent
FROM applications
GROUP BY agency, year
ORDER BY agency, year;
